import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import type { Values } from '../../../data/tables/values.ts';
import { TRAINING_EPOCH } from '../../../eval/systems/trainingEpoch.ts';
import { joinSamples } from '../../../features/join.ts';
import { createRandom, type Random } from '../../../random.ts';
import { loadEngine } from '../../engine/engine.ts';
import { crossEntropy, labelsOf, smoothedLabels } from '../../network/crossEntropy.ts';
import { countHits, progressOf } from '../../network/figures.ts';
import { blend, trainRounds } from '../../network/rounds.ts';
import { checkpointFile, withValidation } from '../../network/epochs.ts';
import { sizeOf } from '../../network/layers.ts';
import { startFrom } from '../../network/start.ts';
import { roundWeights } from '../../network/weights.ts';
import { inParts } from '../../rows/parts.ts';
import type { Epoch, Fit, FitContext, Samples, Shape, StartModel } from '../classifier.ts';
import { type Batch, trainingBatches } from './batches.ts';
import { readFrames, type SizesSchema, writeFrames } from './files.ts';
import { openFrames, type FramesWeights } from './forward.ts';
import { framesLogits } from './logits.ts';
import { follow, type Moments } from './kernels.ts';
import { cutMoments, momentCount, type Sizes, weightShapes } from './shape.ts';
import type { FramesOptions, FramesNotes } from './options.ts';

const STATE = v.object({ history: v.array(TRAINING_EPOCH) });

/** Epochs at the start in which the learning rate rises. */
const WARM_UP = 2;

/** Weights of the last epochs are averaged. */
const AVERAGED = 0.3;

/** Share of each batch in the moments that the batch norms will have in use. */
const FOLLOWED = 0.1;

/**
 * Trains a network over frames with Adam; the learning rate falls along half a cosine. Each epoch draws its order, parts and dropout from its
 * own generator, so that a run can continue after any epoch as if it had not been interrupted. The weights are rounded to 16 bits, so that
 * what is evaluated is what is stored.
 * @throws {SerError} `usage` for rows without frames, `model` if the loss is not a number; the reason of `context.signal`
 */
export async function fitFrames<Own extends Sizes>(
  schema: SizesSchema<Own>,
  shape: Shape,
  train: Samples<Values>,
  validation: Samples<Values> | undefined,
  options: Own & FramesOptions,
  { seed, start, checkpoint, resume, signal, onProgress, onNotice }: FitContext<FramesNotes>,
): Promise<Fit<FramesNotes>> {
  const { epochs, batchSize, learningRate, dropout, smoothing, crop, timeMask, spectral, threads } = options;
  const sizes = v.parse(schema, options);
  if (!train.frames || train.y.length === 0) throw new SerError('usage', 'a temporal network is trained on frames');
  const engine = await loadEngine({ threads });
  if (engine.notice) onNotice?.(engine.notice);
  const named = weightShapes(shape, sizes);
  const shapes = named.map(([, own]) => own);
  const weights = initialWeights(named, createRandom(`${seed}/initial`));
  const before = start && knownWeights(start, sizes, schema);
  if (start && before) {
    const known = weightShapes(start.shape, sizes).map(([, own]) => own);
    startFrom(start, before.weights, known, weights, shapes);
  }
  // Of the batch norms: as they follow each batch, and averaged like the weights.
  const followed = before?.moments.slice() ?? new Float32Array(momentCount(sizes));
  const averaged = followed.slice();
  const moments = cutMoments(followed, sizes);
  const rateAt = (epoch: number): number =>
    learningRate * Math.min(1, epoch / (WARM_UP + 1)) * 0.5 * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs));
  let hits = 0;
  const from = Math.ceil((1 - AVERAGED) * epochs);
  const shareOf = (epoch: number): number => (epoch <= from ? 1 : 1 / (epoch - from + 1));
  const report = (epoch: Epoch): void => onProgress?.(progressOf(epoch, epochs));

  const { average, state } = await trainRounds<Batch, v.InferOutput<typeof STATE>>({
    engine,
    unit: 'epoch',
    rounds: epochs,
    shapes,
    weights,
    others: [followed, averaged],
    state: { history: [] },
    schema: STATE,
    loss: (weights, batch) => {
      const onMoments = (norm: number, own: Moments): void => follow(moments[norm], own, FOLLOWED);
      const logits = framesLogits(engine, sizes, weights, batch, { masks: batch.masks, dropout, onMoments });
      const labels = labelsOf(train, batch.rows, shape.classes);
      hits += countHits(logits.dataSync() as Float32Array, labels.y);
      return crossEntropy(engine, logits, labels, smoothedLabels(labels, shape.classes, smoothing));
    },
    begin: (epoch) => {
      hits = 0;
      const random = createRandom(`${seed}/epoch/${epoch}`);
      const batches = trainingBatches(train, shape.features, sizes, { batchSize, crop, timeMask, spectral }, random);
      return { batches, learningRate: rateAt(epoch) };
    },
    share: shareOf,
    end: (epoch, { history }, losses, weights) => {
      blend(averaged, followed, shareOf(epoch));
      const rows = train.y.length;
      const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
      const record: Epoch = { epoch, learningRate: rateAt(epoch), loss, accuracy: hits / rows };
      if (!validation) return { history: [...history, record] };
      const predict = openFrames(shape, sizes, { weights, moments: averaged });
      const probabilities = inParts(validation, shape.features, ({ x, frames }) => predict(x, frames));
      return { history: [...history, withValidation(record, probabilities, validation.y)] };
    },
    file: checkpointFile(
      { checkpoint, resume },
      { shape, options, seed, engine: engine.name, start: start?.files.dir },
      train,
      validation,
    ),
    signal,
    onResume: ({ history }) => history.forEach(report),
    onRound: (_, { history }) => report(history.at(-1)!),
  });
  const rounded = { weights: roundWeights(average), moments: roundWeights(averaged) };
  return {
    model: {
      predictProba: openFrames(shape, sizes, rounded),
      files: async () => writeFrames(sizes, rounded),
    },
    notes: {
      engine: { name: engine.name, version: engine.version, threads: engine.threads },
      weights: rounded.weights.length + rounded.moments.length,
      rows: train.y.length,
    },
    history: state.history,
  };
}

/** Kernels uniform after Glorot & Bengio (2010), gains 1, all else 0; concatenated. */
function initialWeights(named: readonly [name: string, shape: number[]][], random: Random): Float32Array {
  const parts = named.map(([name, shape]) => {
    const size = sizeOf(shape);
    const limit = Math.sqrt(6 / (size / shape.at(-1)! + shape.at(-1)!));
    return Float32Array.from({ length: size }, () =>
      name.endsWith('kernel') ? random.between(-limit, limit) : name.endsWith('gain') ? 1 : 0,
    );
  });
  return joinSamples(parts);
}

/** The weights of a model. @throws {SerError} `usage` if its sizes differ */
function knownWeights<Own extends Sizes>(
  { files, shape }: StartModel,
  sizes: Own,
  schema: SizesSchema<Own>,
): FramesWeights {
  const { sizes: own, ...known } = readFrames(files, shape, schema);
  if (isDeepStrictEqual(own, sizes)) return known;
  throw new SerError('usage', `${files.dir} is a network of other sizes (${JSON.stringify(own)}): give the same ones, or another --from.`); // prettier-ignore
}
