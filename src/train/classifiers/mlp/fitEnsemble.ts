import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import type { Values } from '../../../data/tables/values.ts';
import { TRAINING_EPOCH } from '../../../eval/systems/trainingEpoch.ts';
import { joinSamples } from '../../../features/join.ts';
import { createRandom } from '../../../random.ts';
import { loadEngine } from '../../engine/engine.ts';
import { crossEntropy } from '../../network/crossEntropy.ts';
import { countHits, progressOf } from '../../network/figures.ts';
import { weightShapes } from '../../network/layers.ts';
import { initialWeights, networkLogits, predictNetwork } from '../../network/network.ts';
import { trainRounds } from '../../network/rounds.ts';
import { checkpointFile, withValidation } from '../../network/epochs.ts';
import { checkSamples } from '../../network/samples.ts';
import { startFrom } from '../../network/start.ts';
import { roundWeights } from '../../network/weights.ts';
import { inParts } from '../../rows/parts.ts';
import type { Epoch, Fit, FitContext, Samples, Shape, StartModel } from '../classifier.ts';
import { weightedRows } from '../rowWeights.ts';
import { type Batch, trainingBatches } from './batches.ts';
import { ensemble, openMlp, partsOf } from './ensemble.ts';
import { mlpShapes, mlpStages, readMlp, type Sizes, writeMlp } from './files.ts';
import type { MlpNotes, MlpOptions } from './mlp.ts';

/** A trained ensemble, with what its files contain. */
export interface FittedMlp extends Fit<MlpNotes> {
  sizes: Sizes;
  learnt: Float32Array;
}

const STATE = v.object({ history: v.array(TRAINING_EPOCH) });

/**
 * Trains an ensemble with Adam. Its networks share nothing but the training rows: each has its own generators of random numbers, and the
 * gradient of the sum of their losses is that of each. A run can continue after any epoch as if it had not been interrupted.
 * The weights are rounded to 16 bits, so that what is evaluated is what is stored.
 * @throws {SerError} `usage` for invalid data, `model` if the loss is not a number; the reason of `context.signal`
 */
export async function fitEnsemble(
  shape: Shape,
  train: Samples<Values>,
  validation: Samples<Values> | undefined,
  options: MlpOptions,
  { seed, start, checkpoint, resume, signal, onProgress, onNotice }: FitContext<MlpNotes>,
): Promise<FittedMlp> {
  const { networks, hiddenLayers, units, clip, epochs, learningRate, dropout, weightDecay, threads } = options;
  const sizes: Sizes = { networks, units: Array.from({ length: hiddenLayers }, () => units), clip };
  checkSamples(shape, train, validation);
  const rows = weightedRows(train);
  const engine = await loadEngine({ threads });
  if (engine.notice) onNotice?.(engine.notice);

  const stages = mlpStages(shape, sizes, dropout);
  const shapes = mlpShapes(shape, sizes);
  const own = weightShapes(stages).length;
  const randomsOf = (what: string) => Array.from({ length: networks }, (_, i) => createRandom(`${seed}/network ${i + 1}/${what}`)); // prettier-ignore
  const weights = joinSamples(randomsOf('initial').map((random) => initialWeights(engine, stages, random)));
  if (start) startFromModel(start, sizes, weights, shape);
  const rateAt = (epoch: number): number => learningRate * 0.5 * (1 + Math.cos((Math.PI * (epoch - 0.5)) / epochs));
  const report = (epoch: Epoch): void => onProgress?.(progressOf(epoch, epochs));
  let hits = 0;

  const { average: trained, state } = await trainRounds<Batch[], v.InferOutput<typeof STATE>>({
    engine,
    unit: 'epoch',
    rounds: epochs,
    shapes,
    weights,
    state: { history: [] },
    schema: STATE,
    decay: weightDecay,
    loss: (variables, batches) => {
      const losses = batches.map(({ x, labels, shares, masks }, i) => {
        const input = engine.tf.tensor2d(x, [labels.y.length, shape.features]);
        const logits = networkLogits(engine, stages, variables.slice(i * own, (i + 1) * own), input, masks);
        hits += countHits(logits.dataSync() as Float32Array, labels.y);
        return crossEntropy(engine, logits, labels, shares);
      });
      return engine.tf.addN(losses);
    },
    begin: (epoch) => {
      hits = 0;
      return {
        batches: trainingBatches(train, rows, shape, options, randomsOf(`epoch/${epoch}`)),
        learningRate: rateAt(epoch),
      };
    },
    end: (epoch, { history }, losses, current) => {
      const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length / networks;
      const record: Epoch = { epoch, learningRate: rateAt(epoch), loss, accuracy: hits / rows.length / networks };
      if (!validation) return { history: [...history, record] };
      const predicts = partsOf(current, sizes).map((part) => (x: Float32Array) => predictNetwork(engine, stages, part, x)); // prettier-ignore
      const probabilities = inParts(validation, shape.features, ({ x }) => ensemble(predicts, sizes)(x));
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
  const rounded = roundWeights(trained);
  return {
    sizes,
    learnt: rounded,
    model: { predictProba: openMlp(shape, sizes, rounded), files: async () => writeMlp(sizes, rounded) },
    notes: {
      engine: { name: engine.name, version: engine.version, threads: engine.threads },
      weights: rounded.length,
      rows: rows.length,
    },
    history: state.history,
  };
}

/** Overwrites initial weights by those of a model. @throws {SerError} `usage` if its sizes differ */
function startFromModel(start: StartModel, sizes: Sizes, weights: Float32Array, shape: Shape): void {
  const { sizes: known, weights: old } = readMlp(start.files, start.shape);
  if (!isDeepStrictEqual(known, sizes)) {
    throw new SerError('usage', `${start.files.dir} is a network of other sizes (${JSON.stringify(known)}): give the same ones, or another --from.`); // prettier-ignore
  }
  const shapesOf = (one: Shape): number[][] => weightShapes(mlpStages(one, sizes));
  const parts = partsOf(weights, sizes);
  partsOf(old, sizes).forEach((part, i) => startFrom(start, part, shapesOf(start.shape), parts[i], shapesOf(shape)));
}
