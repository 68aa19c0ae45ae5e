import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { count, finite } from '../../files/json.ts';
import { createRandom } from '../../random.ts';
import { TRAINING_EPOCH } from '../../eval/charts/trainingChart.ts';
import { readCheckpoint, writeCheckpoint } from '../engine/checkpoint.ts';
import {
  type Epoch,
  type Fit,
  type FitContext,
  type FitOptions,
  type Samples,
  type Shape,
} from '../classifiers/classifier.ts';
import { assignWeights, createLearner, evaluate, trainEpoch } from './learner.ts';
import { networkModel } from './network.ts';
import type { Network } from './network.ts';
import { PLATEAU_STATE, startPlateau, stepPlateau } from './schedule.ts';

/** What `FitOptions` leaves out. */
export const FIT_DEFAULTS = {
  epochs: 100,
  batchSize: 32,
  learningRate: 5e-4,
  steerBy: 'accuracy',
  averaging: true,
  keep: 'last',
  seed: 1,
} as const;

/** With weights, moments and seed all that the next epoch depends on. */
const STATE = v.object({
  /** Steps of Adam done. */
  step: count,
  plateau: PLATEAU_STATE,
  /** Of the epochs done. */
  history: v.array(TRAINING_EPOCH),
  /** The epoch whose weights stay as things are, and its steering figure. */
  kept: v.object({ epoch: count, figure: finite }),
});
type State = v.InferOutput<typeof STATE>;

/**
 * Trains a network by Adam on the cross-entropy. Each epoch draws its order and its dropout from a generator of its own,
 * seeded by the run's seed and its number, so that a run can go on after any epoch as if nothing had happened.
 * @throws {SerError} `usage` for data or options that make no sense, `model` if the loss is no longer a number;
 * the reason of `context.signal` if that was aborted
 */
export async function fitNetwork(
  network: Network,
  shape: Shape,
  train: Samples,
  validation: Samples | undefined,
  options: FitOptions,
  { engine, checkpoint, resume = false, signal, onEpoch }: FitContext,
): Promise<Fit> {
  const settings = { ...FIT_DEFAULTS, ...options };
  const { batchSize, learningRate, steerBy, averaging, keep, seed, plateau, schedule } = settings;
  const epochs = schedule?.length ?? settings.epochs;
  checkFit(shape, train, validation, { epochs, batchSize, learningRate, keep });

  const learner = createLearner(engine, network, network.build(engine, shape, createRandom(`${seed}/initial`)));
  const { model, adam } = learner;
  // What is evaluated, and kept in the end.
  const average = averaging ? adam.weights.slice() : adam.weights;
  const best = adam.weights.slice();
  const tensors = [adam.weights, adam.m, adam.v, ...(averaging ? [average] : []), ...(keep === 'best' ? [best] : [])];
  const fingerprint = hashOf(
    { name: network.name, shape, engine: engine.name, threads: engine.threads, settings, epochs },
    train,
    validation,
  );
  const lengths = tensors.map((tensor) => tensor.length);
  let state: State = {
    step: 0,
    plateau: startPlateau(learningRate),
    history: [],
    kept: { epoch: 0, figure: Number.MAX_VALUE },
  };

  try {
    const saved = checkpoint && resume ? readCheckpoint(checkpoint, fingerprint, { state: STATE, lengths }) : undefined;
    if (saved) {
      state = saved.state;
      tensors.forEach((tensor, i) => tensor.set(saved.tensors[i]));
      assignWeights(learner, adam.weights);
      for (const record of state.history) onEpoch?.(record);
    } else if (checkpoint) {
      writeCheckpoint(checkpoint, fingerprint, { state, tensors });
    }

    for (let epoch = state.history.length + 1; epoch <= epochs; epoch++) {
      const rate = schedule?.[epoch - 1] ?? state.plateau.learningRate;
      const { step, ...trained } = await trainEpoch(learner, train, {
        batchSize,
        learningRate: rate,
        seed: `${seed}/epoch/${epoch}`,
        step: state.step,
        signal,
      });
      const record: Epoch = { epoch, learningRate: rate, ...trained };
      if (averaging) blend(average, adam.weights, epoch);
      let figure = record.loss;
      if (validation) {
        assignWeights(learner, average);
        const { loss, accuracy } = evaluate(learner, validation);
        assignWeights(learner, adam.weights);
        record.validationLoss = loss;
        record.validationAccuracy = accuracy;
        figure = steerBy === 'accuracy' ? 1 - accuracy : loss;
      }
      if (!Number.isFinite(record.loss) || !Number.isFinite(record.validationLoss ?? 0)) {
        throw new SerError(
          'model',
          `The loss of epoch ${epoch} is not a number: try a lower learning rate than ${rate}.`,
        );
      }
      let { kept } = state;
      if (keep === 'last' || figure < kept.figure) {
        kept = { epoch, figure };
        best.set(average);
      }
      const next = validation ? stepPlateau(state.plateau, figure, plateau) : state.plateau;
      state = { step, plateau: next, history: [...state.history, record], kept };
      if (checkpoint) writeCheckpoint(checkpoint, fingerprint, { state, tensors });
      onEpoch?.(record);
    }
    assignWeights(learner, keep === 'best' ? best : average);
    return { model: networkModel(engine, model), history: state.history, keptEpoch: state.kept.epoch };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Polynomial-decay averaging (Shamir & Zhang, 2013, η = 9): the mean of all epochs, of which the last tenth weighs most. */
function blend(average: Float32Array, weights: Float32Array, epoch: number): void {
  const share = 10 / (epoch + 9);
  for (let i = 0; i < average.length; i++) average[i] += share * (weights[i] - average[i]);
}

function checkFit(
  { features, classes }: Shape,
  train: Samples,
  validation: Samples | undefined,
  { epochs, batchSize, learningRate, keep }: { epochs: number; batchSize: number; learningRate: number; keep: string },
): void {
  const refuse = (message: string) => new SerError('usage', message);
  if (!Number.isInteger(epochs) || epochs < 1) throw refuse(`epochs must be a whole number from 1; it is ${epochs}`);
  if (!Number.isInteger(batchSize) || batchSize < 1) throw refuse(`the batch size must be a whole number from 1; it is ${batchSize}`); // prettier-ignore
  if (!(learningRate > 0 && learningRate < Infinity)) throw refuse(`the learning rate must be above 0; it is ${learningRate}`); // prettier-ignore
  if (keep === 'best' && !validation) throw refuse('the best epoch cannot be kept without validation rows');
  for (const [what, { x, y }] of Object.entries({ training: train, validation: validation ?? train })) {
    if (y.length === 0 || x.length !== y.length * features) {
      throw refuse(`${y.length} ${what} labels need ${y.length} rows of ${features} features; there are ${x.length} values`); // prettier-ignore
    }
    const wrong = y.find((label) => label >= classes);
    if (wrong !== undefined) throw refuse(`a ${what} label is ${wrong}, but there are ${classes} classes (from 0)`);
    const bad = x.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw refuse(`${what} row ${Math.floor(bad / features) + 1}, feature ${(bad % features) + 1} is ${x[bad]}`); // prettier-ignore
  }
}

/** The same for the same settings and data only. */
function hashOf(settings: unknown, ...sets: (Samples | undefined)[]): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const { x, y } of sets.filter((set) => set !== undefined)) {
    hash.update(new Uint8Array(x.buffer, x.byteOffset, x.byteLength)).update(y);
  }
  return hash.digest('hex');
}
