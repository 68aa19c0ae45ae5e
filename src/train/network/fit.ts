import * as v from 'valibot';
import { SerError } from '../../error.ts';
import type { Values } from '../../data/tables/values.ts';
import { TRAINING_EPOCH } from '../../eval/systems/trainingEpoch.ts';
import { count, finite } from '../../files/json.ts';
import { createRandom, type Random } from '../../random.ts';
import type { Epoch, Fit, FitContext, Samples, Shape } from '../classifiers/classifier.ts';
import { createMasks, type Masks } from '../engine/dropout.ts';
import { loadEngine } from '../engine/engine.ts';
import { inParts } from '../rows/parts.ts';
import { crossEntropy, type Labels, labelsOf, smoothedLabels } from './crossEntropy.ts';
import { type Layer, networkFiles, stagesOf, weightShapes } from './layers.ts';
import { checkpointFile, withValidation } from './epochs.ts';
import { countHits, progressOf } from './figures.ts';
import { initialWeights, networkLogits, predictNetwork } from './network.ts';
import type { NetworkNotes, NetworkOptions } from './recipe.ts';
import { polynomialDecay, trainRounds } from './rounds.ts';
import { checkSamples } from './samples.ts';
import { PLATEAU_STATE, startPlateau, stepPlateau } from './schedule.ts';

const STATE = v.object({
  plateau: PLATEAU_STATE,
  /** Of the finished epochs. */
  history: v.array(TRAINING_EPOCH),
  /** The epoch whose weights are kept so far, and its controlling figure. */
  kept: v.object({ epoch: count, figure: finite }),
});
type State = v.InferOutput<typeof STATE>;

/**
 * Trains a network with Adam on the cross-entropy. Each epoch draws its order and its dropout from its own generator,
 * seeded by the run's seed and the epoch's number, so that a run can continue after any epoch as if it had not been interrupted.
 * A refit uses the learning rates of the first run up to the epoch whose weights that one kept.
 * @throws {SerError} `usage` for invalid data or options, `model` if the loss is not a number;
 * the reason of `context.signal` if it was aborted
 */
export async function fitNetwork(
  layers: readonly Layer[],
  shape: Shape,
  train: Samples<Values>,
  validation: Samples<Values> | undefined,
  options: NetworkOptions,
  { seed, refitOf, checkpoint, resume, signal, onProgress, onNotice }: FitContext<NetworkNotes>,
): Promise<Fit<NetworkNotes>> {
  const { batchSize, learningRate, patience, steerBy, averaging } = options;
  const schedule = refitOf?.history?.slice(0, refitOf.notes.keptEpoch).map((epoch) => epoch.learningRate);
  const keep = schedule ? 'last' : options.keep;
  const epochs = schedule?.length ?? options.epochs;
  if (keep === 'best' && !validation) {
    throw new SerError('usage', 'the best epoch cannot be kept without validation rows');
  }
  checkSamples(shape, train, validation);
  const engine = await loadEngine({ threads: options.threads });
  const { name, version, threads } = engine;
  if (engine.notice) onNotice?.(engine.notice);

  const stages = stagesOf(layers, shape);
  const weights = initialWeights(engine, stages, createRandom(`${seed}/initial`));
  const best = weights.slice();
  const settings = { layers, shape, engine: name, threads, options, seed, schedule };
  const report = (epoch: Epoch): void => onProgress?.(progressOf(epoch, epochs));
  const rateOf = (epoch: number, plateau: State['plateau']): number => schedule?.[epoch - 1] ?? plateau.learningRate;
  let hits = 0;

  const { average, state } = await trainRounds<Batch, State>({
    engine,
    unit: 'epoch',
    rounds: epochs,
    shapes: weightShapes(stages),
    weights,
    others: keep === 'best' ? [best] : [],
    state: { plateau: startPlateau(learningRate), history: [], kept: { epoch: 0, figure: Number.MAX_VALUE } },
    schema: STATE,
    loss: (variables, { x, labels, masks }) => {
      const input = engine.tf.tensor2d(x, [labels.y.length, shape.features]);
      const logits = networkLogits(engine, stages, variables, input, masks);
      hits += countHits(logits.dataSync() as Float32Array, labels.y);
      return crossEntropy(engine, logits, labels, smoothedLabels(labels, shape.classes, 0));
    },
    begin: (epoch, { plateau }) => {
      hits = 0;
      const random = createRandom(`${seed}/epoch/${epoch}`);
      return {
        batches: batchesOf(train, shape.classes, batchSize, random),
        learningRate: rateOf(epoch, plateau),
      };
    },
    share: averaging ? polynomialDecay : undefined,
    end: (epoch, { plateau, history, kept }, losses, average) => {
      const rows = train.y.length;
      const rowsOf = (batch: number): number => Math.min(batchSize, rows - batch * batchSize);
      const loss = losses.reduce((sum, value, batch) => sum + value * rowsOf(batch), 0) / rows;
      let record: Epoch = { epoch, learningRate: rateOf(epoch, plateau), loss, accuracy: hits / rows };
      let figure = loss;
      if (validation) {
        const predicted = inParts(validation, shape.features, ({ x }) => predictNetwork(engine, stages, average, x));
        const held = withValidation(record, predicted, validation.y);
        record = held;
        figure = steerBy === 'accuracy' ? 1 - held.validationAccuracy : held.validationLoss;
      }
      const isKept = keep === 'last' || figure < kept.figure;
      if (isKept) best.set(average);
      return {
        plateau: validation ? stepPlateau(plateau, figure, { patience }) : plateau,
        history: [...history, record],
        kept: isKept ? { epoch, figure } : kept,
      };
    },
    file: checkpointFile({ checkpoint, resume }, settings, train, validation),
    signal,
    onResume: ({ history }) => history.forEach(report),
    onRound: (_, { history }) => report(history.at(-1)!),
  });
  const fitted = keep === 'best' ? best : average;
  return {
    model: {
      predictProba: (x) => predictNetwork(engine, stages, fitted, x),
      files: async () => networkFiles(layers, fitted),
    },
    notes: { engine: { name, version, threads }, weights: fitted.length, keptEpoch: state.kept.epoch },
    history: state.history,
  };
}

interface Batch {
  x: Float32Array;
  labels: Labels;
  masks: Masks;
}

function* batchesOf(train: Samples<Values>, classes: number, batchSize: number, random: Random): Generator<Batch> {
  const { x, y } = train;
  const order = random.shuffle(Array.from(y.keys()));
  const masks = createMasks(random);
  const size = x.length / y.length;
  for (let from = 0; from < order.length; from += batchSize) {
    const rows = order.slice(from, from + batchSize);
    const own = new Float32Array(rows.length * size);
    rows.forEach((row, i) => own.set(x.subarray(row * size, (row + 1) * size), i * size));
    yield { x: own, labels: labelsOf(train, rows, classes), masks };
  }
}
