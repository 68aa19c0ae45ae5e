import { setImmediate } from 'node:timers/promises';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { count } from '../../files/json.ts';
import { createAdam } from '../engine/adam.ts';
import { type Checkpoint, type CheckpointShape, writeCheckpoint } from '../engine/checkpoint.ts';
import type { Engine } from '../engine/engine.ts';
import { cutWeights } from './layers.ts';

/** Storage of a training's state. */
export interface RoundsFile {
  path: string;
  /** Identifies data and options: only the same ones can continue from the file. */
  fingerprint: string;
  /** Whether to read a state to continue from. Otherwise the training starts again. */
  read?: <T>(path: string, fingerprint: string, shape: CheckpointShape<T>) => Checkpoint<T> | undefined;
}

/** A training: rounds of batches, such as epochs, after each of which it can be interrupted and resumed. */
export interface Rounds<Batch, State> {
  engine: Engine;
  /** Name of a round in messages: `epoch`. */
  unit: string;
  rounds: number;
  shapes: readonly (readonly number[])[];
  /** Initial weights, concatenated. */
  weights: Float32Array;
  /** Further numeric state of the training, modified in place. */
  others?: readonly Float32Array[];
  /** Other state, as stored in checkpoints. */
  state: State;
  schema: v.GenericSchema<unknown, State>;
  /** The mean loss of a batch, in operations that have a gradient. */
  loss(weights: readonly Variable[], batch: Batch): Scalar;
  /** Batches and learning rate of a round. They depend only on the number of the round (from 1) and the state. */
  begin(round: number, state: State): { batches: Iterable<Batch>; learningRate: number };
  /** Share of each weight that a step takes away, times the learning rate. Default 0. */
  decay?: number;
  /** Weight of a round's result in the average of the weights. Default: no average, the last weights are used. */
  share?: (round: number) => number;
  /**
   * @param losses  of the batches
   * @param average  of the weights so far
   * @returns the state after the round
   */
  end(round: number, state: State, losses: readonly number[], average: Float32Array): State;
  file?: RoundsFile;
  /** Rounds between two writes of the file. Default 1. */
  saveEvery?: number;
  /** Ends the training; results up to the last round are kept. */
  signal?: AbortSignal;
  /** Called with the state from which the training continues. */
  onResume?: (state: State) => void;
  onRound?: (round: number, state: State) => void;
}

/** Weight in an average (Shamir & Zhang, 2013, η = 9): the mean of all rounds, with most weight on the last tenth. */
export const polynomialDecay = (round: number): number => 10 / (round + 9);

/**
 * Trains with Adam. The optimiser holds the weights, the engine a copy of them in its variables.
 * @returns the average of the weights over the rounds, and the last state
 * @throws {SerError} `model` if the loss is not a number; the signal's reason when it is aborted
 */
export async function trainRounds<Batch, State>(
  training: Rounds<Batch, State>,
): Promise<{ average: Float32Array; state: State }> {
  const { engine, unit, rounds, shapes, schema, others = [], decay, share, file, saveEvery = 1, signal } = training; // prettier-ignore
  const { tf } = engine;
  const adam = createAdam(training.weights.length);
  adam.weights.set(training.weights);
  const average = share ? adam.weights.slice() : adam.weights;
  const tensors = [adam.weights, adam.m, adam.v, ...(share ? [average] : []), ...others];
  const variables = tf.tidy(() =>
    cutWeights(adam.weights, shapes).map((part, i) => tf.variable(tf.tensor(part.slice(), [...shapes[i]]))),
  );

  let done = { round: 0, step: 0, state: training.state };
  const saved = file?.read?.(file.path, file.fingerprint, {
    state: v.object({ round: count, step: count, state: schema }),
    lengths: tensors.map(({ length }) => length),
  });
  const save = (): void => {
    if (file) writeCheckpoint(file.path, file.fingerprint, { state: done, tensors });
  };
  try {
    if (saved) {
      done = saved.state;
      tensors.forEach((tensor, i) => tensor.set(saved.tensors[i]));
      assign(engine, variables, adam.weights);
      training.onResume?.(done.state);
    } else save();
    for (let round = done.round + 1; round <= rounds; round++) {
      if (signal?.aborted) save();
      signal?.throwIfAborted();
      const { batches, learningRate } = training.begin(round, done.state);
      const losses: number[] = [];
      let { step } = done;
      for (const batch of batches) {
        signal?.throwIfAborted();
        tf.tidy(() => {
          const { value, grads } = tf.variableGrads(() => training.loss(variables, batch), variables);
          losses.push(value.dataSync()[0]);
          gather(variables.map(({ name }) => grads[name]), adam.gradient); // prettier-ignore
        });
        adam.step(++step, learningRate, decay);
        assign(engine, variables, adam.weights);
        await setImmediate(); // lets signals and other work run
      }
      if (!losses.every(Number.isFinite)) throw notANumber(unit, round, learningRate);
      if (share) blend(average, adam.weights, share(round));
      done = { round, step, state: training.end(round, done.state, losses, average) };
      if (round % saveEvery === 0) save();
      training.onRound?.(round, done.state);
    }
    return { average, state: done.state };
  } finally {
    tf.dispose(variables);
  }
}

export const notANumber = (unit: string, round: number, learningRate: number): SerError =>
  new SerError(
    'model',
    `The loss of ${unit} ${round} is not a number: try a lower learning rate than ${learningRate}.`,
  );

/** Moves `average` by this share towards `values`. */
export function blend(average: Float32Array, values: ArrayLike<number>, share: number): void {
  for (let i = 0; i < average.length; i++) average[i] += share * (values[i] - average[i]);
}

function gather(tensors: readonly Tensor[], to: Float32Array): void {
  let offset = 0;
  for (const tensor of tensors) {
    to.set(tensor.dataSync() as Float32Array, offset);
    offset += tensor.size;
  }
}

/** Copies weights to the engine. */
function assign({ tf }: Engine, variables: readonly Variable[], weights: Float32Array): void {
  const parts = cutWeights(weights, variables.map(({ shape }) => shape)); // prettier-ignore
  variables.forEach((variable, i) => {
    // A slice: an engine may keep the array.
    const values = tf.tensor(parts[i].slice(), variable.shape);
    variable.assign(values);
    values.dispose();
  });
}
