import { speakerStatistics } from '../../../data/adapt/speaker.ts';
import type { Values } from '../../../data/tables/values.ts';
import { SerError } from '../../../error.ts';
import { joinSamples } from '../../../features/join.ts';
import { roundWeights } from '../../network/weights.ts';
import type { Fit, FitContext, Samples, Shape } from '../classifier.ts';
import { openMlp } from './ensemble.ts';
import { type Sizes, writeMlp } from './files.ts';
import { fitEnsemble } from './fitEnsemble.ts';
import { openKnownSpeakers, type SpeakerMoments, standardiseBySpeaker } from './knownSpeakers.ts';
import type { MlpNotes, MlpOptions } from './mlp.ts';

/** Speakers that labels of 8 bits can name. */
const MOST_SPEAKERS = 256;

/** Added to a speaker's deviations, in standard deviations of all rows: what hardly varies in a speaker's few clips is not blown up. */
const LEAST_DEVIATION = 0.1;

/**
 * `fitEnsemble` on rows standardised by the statistics of their speakers. In use the speakers are not told: a linear layer, trained on the same rows, recognises
 * them.
 * @throws {SerError} `usage` for rows without speakers, or of one or too many, or with a model to start from; else as `fitEnsemble`
 */
export async function fitKnownSpeakers(
  shape: Shape,
  train: Samples<Values>,
  validation: Samples<Values> | undefined,
  options: MlpOptions,
  context: FitContext<MlpNotes>,
): Promise<Fit<MlpNotes>> {
  const { seed, checkpoint } = context;
  const { y, count } = speakersOf(train);
  if (context.start) throw new SerError('usage', 'A network of known speakers starts from random weights: leave out --from, or --known-speakers.'); // prettier-ignore
  const given: FitContext<MlpNotes> = { ...context, seed: `${seed}/speakers`, checkpoint: checkpoint && `${checkpoint}-speakers`, onProgress: undefined }; // prettier-ignore
  const layer: MlpOptions = { ...options, networks: 1, hiddenLayers: 0, mixup: 0, knownSpeakers: false };
  const recogniser = await fitEnsemble({ ...shape, classes: count }, { x: train.x, y }, undefined, layer, given);

  const moments = momentsOf(train.x, y, count, shape.features);
  const speakers = joinSamples([recogniser.learnt, moments.means, moments.deviations]);
  const standardise = openKnownSpeakers(shape, { ...recogniser.sizes, speakers: count }, speakers);
  const inWhole = ({ x }: Samples<Values>): Float32Array => x.subarray(0, x.length);
  const own = { ...train, x: standardiseBySpeaker(inWhole(train), y, moments) };
  const held = validation && { ...validation, x: standardise(inWhole(validation)) };
  const fit = await fitEnsemble(shape, own, held, { ...options, knownSpeakers: false }, context);

  const sizes: Sizes = { ...fit.sizes, speakers: count };
  const whole = joinSamples([fit.learnt, speakers]);
  return {
    history: fit.history,
    model: { predictProba: openMlp(shape, sizes, whole), files: async () => writeMlp(sizes, whole) },
    notes: { ...fit.notes, weights: whole.length, speakers: count },
  };
}

/** The speaker of each row, from 0 on. */
function speakersOf({ groups }: Samples<Values>): { y: Uint8Array; count: number } {
  const places = new Map([...new Set(groups)].map((group, i) => [group, i]));
  const count = places.size;
  if (!groups || count < 2 || count > MOST_SPEAKERS) {
    throw new SerError('usage', `--known-speakers needs the clips of 2 to ${MOST_SPEAKERS} speakers; there are ${groups ? count : 'none'}.`); // prettier-ignore
  }
  return { y: Uint8Array.from(groups, (group) => places.get(group)!), count };
}

/** Moments of each speaker's rows, with `LEAST_DEVIATION` added, rounded to 16 bits. */
function momentsOf(x: Values, speakers: Uint8Array, count: number, features: number): SpeakerMoments {
  const rows = Array.from({ length: count }, (): Float32Array[] => []);
  speakers.forEach((speaker, row) => rows[speaker].push(x.subarray(row * features, (row + 1) * features)));
  const statistics = rows.map((own) => speakerStatistics(own, features));
  const deviationsOf = (variance: Float64Array) => Float32Array.from(variance, (value) => LEAST_DEVIATION + Math.sqrt(value)); // prettier-ignore
  return {
    means: roundWeights(joinSamples(statistics.map(({ mean }) => Float32Array.from(mean)))),
    deviations: roundWeights(joinSamples(statistics.map(({ variance }) => deviationsOf(variance)))),
  };
}
