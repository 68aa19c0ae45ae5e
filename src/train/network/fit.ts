import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { count, finite } from '../../files/json.ts';
import { createRandom } from '../../random.ts';
import { TRAINING_EPOCH } from '../../eval/charts/trainingChart.ts';
import { readCheckpoint, writeCheckpoint } from '../engine/checkpoint.ts';
import type { Epoch, Fit, FitContext, FitProgress, Samples, Shape } from '../classifiers/classifier.ts';
import { loadEngine } from '../engine/engine.ts';
import { assignWeights, createLearner, evaluate, trainEpoch } from './learner.ts';
import { networkModel } from './network.ts';
import type { Network } from './network.ts';
import type { NetworkNotes, NetworkOptions } from './recipe.ts';
import { PLATEAU_STATE, startPlateau, stepPlateau } from './schedule.ts';
import { sha256 } from '../../sha256.ts';

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
 * A refit takes the learning rates of the first run up to the epoch whose weights that one kept.
 * @throws {SerError} `usage` for data or options that make no sense, `model` if the loss is no longer a number;
 * the reason of `context.signal` if that was aborted
 */
export async function fitNetwork(
  network: Network,
  shape: Shape,
  train: Samples,
  validation: Samples | undefined,
  options: NetworkOptions,
  { seed, refitOf, checkpoint, resume = false, signal, onProgress, onNotice }: FitContext<NetworkNotes>,
): Promise<Fit<NetworkNotes>> {
  const { batchSize, learningRate, patience, steerBy, averaging } = options;
  const schedule = refitOf?.history?.slice(0, refitOf.notes.keptEpoch).map((epoch) => epoch.learningRate);
  const keep = schedule ? 'last' : options.keep;
  const epochs = schedule?.length ?? options.epochs;
  checkFit(shape, train, validation, keep);
  const engine = await loadEngine({ threads: options.threads });
  if (engine.notice) onNotice?.(engine.notice);

  const learner = createLearner(engine, network, network.build(engine, shape, createRandom(`${seed}/initial`)));
  const { model, adam } = learner;
  // What is evaluated, and kept in the end.
  const average = averaging ? adam.weights.slice() : adam.weights;
  const best = adam.weights.slice();
  const tensors = [adam.weights, adam.m, adam.v, ...(averaging ? [average] : []), ...(keep === 'best' ? [best] : [])];
  const fingerprint = hashOf(
    { name: network.name, shape, engine: engine.name, threads: engine.threads, options, seed, schedule },
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
      for (const record of state.history) onProgress?.(progressOf(record, epochs));
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
      const next = validation ? stepPlateau(state.plateau, figure, { patience }) : state.plateau;
      state = { step, plateau: next, history: [...state.history, record], kept };
      if (checkpoint) writeCheckpoint(checkpoint, fingerprint, { state, tensors });
      onProgress?.(progressOf(record, epochs));
    }
    assignWeights(learner, keep === 'best' ? best : average);
    const { name, version, threads } = engine;
    const notes = { engine: { name, version, threads }, weights: average.length, keptEpoch: state.kept.epoch };
    return { model: networkModel(engine, model), notes, history: state.history };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function progressOf(epoch: Epoch, epochs: number): FitProgress {
  const { loss, accuracy, validationAccuracy } = epoch;
  const held = validationAccuracy === undefined ? '' : ` val accuracy ${validationAccuracy.toFixed(3)}`;
  return {
    done: epoch.epoch,
    total: epochs,
    text: `loss ${loss.toFixed(3)} accuracy ${accuracy.toFixed(3)}${held}`,
    epoch,
  };
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
  keep: NetworkOptions['keep'],
): void {
  const refuse = (message: string) => new SerError('usage', message);
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
  return sha256([JSON.stringify(settings), ...sets.flatMap((set) => (set ? [set.x, set.y] : []))]);
}
