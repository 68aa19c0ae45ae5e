import { setImmediate } from 'node:timers/promises';
import type { LayersModel, Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import { createRandom } from '../../random.ts';
import { createAdam } from '../engine/adam.ts';
import type { Adam } from '../engine/adam.ts';
import type { Samples } from '../classifiers/classifier.ts';
import { createMasks } from '../engine/dropout.ts';
import type { Engine } from '../engine/engine.ts';
import { predictNetwork } from './network.ts';
import type { Network } from './network.ts';
import { argmax } from '../../argmax.ts';

/** A network with its optimiser, which has the weights; the engine holds a copy of them in its variables. */
export interface Learner {
  engine: Engine;
  network: Network;
  model: LayersModel;
  variables: Variable[];
  adam: Adam;
}

export function createLearner(engine: Engine, network: Network, model: LayersModel): Learner {
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
  const adam = createAdam(variables.reduce((sum, { size }) => sum + size, 0));
  concatenate(variables, adam.weights);
  return { engine, network, model, variables, adam };
}

/** Hands the engine these weights. */
export function assignWeights({ engine: { tf }, variables }: Learner, weights: Float32Array): void {
  let offset = 0;
  for (const variable of variables) {
    // A slice: an engine may keep the array that it is given.
    const values = tf.tensor(weights.slice(offset, (offset += variable.size)), variable.shape);
    variable.assign(values);
    values.dispose();
  }
}

function concatenate(tensors: Tensor[], to: Float32Array): void {
  let offset = 0;
  for (const tensor of tensors) {
    to.set(tensor.dataSync() as Float32Array, offset);
    offset += tensor.size;
  }
}

export interface EpochOptions {
  batchSize: number;
  learningRate: number;
  /** Of this epoch: its order and its dropout. */
  seed: string;
  /** Steps of Adam done before it. */
  step: number;
  signal?: AbortSignal;
}

/** One pass over the rows. @returns mean loss and accuracy of the batches as they were trained on, with dropout */
export async function trainEpoch(
  learner: Learner,
  train: Samples,
  { batchSize, learningRate, seed, step, signal }: EpochOptions,
): Promise<{ loss: number; accuracy: number; step: number }> {
  const { engine, network, variables, adam } = learner;
  const { tf } = engine;
  const random = createRandom(seed);
  const order = random.shuffle(Array.from(train.y.keys()));
  const masks = createMasks(random);
  const size = train.x.length / train.y.length;
  let loss = 0;
  let hits = 0;
  for (let from = 0; from < order.length; from += batchSize) {
    const rows = order.slice(from, from + batchSize);
    const x = new Float32Array(rows.length * size);
    rows.forEach((row, i) => x.set(train.x.subarray(row * size, (row + 1) * size), i * size));
    const y = Uint8Array.from(rows, (row) => train.y[row]);
    step++;
    tf.tidy(() => {
      let logits: Tensor | undefined;
      const { value, grads } = tf.variableGrads(() => {
        logits = tf.keep(network.logits(engine, variables, tf.tensor2d(x, [rows.length, size]), masks));
        return crossEntropy(engine, logits, y);
      }, variables);
      loss += value.dataSync()[0] * rows.length;
      hits += countHits(logits!.dataSync() as Float32Array, y);
      logits!.dispose();
      concatenate(variables.map(({ name }) => grads[name]), adam.gradient); // prettier-ignore
      adam.step(step, learningRate);
      assignWeights(learner, adam.weights);
    });
    await setImmediate(); // lets signals and other work through
    signal?.throwIfAborted();
  }
  return { loss: loss / order.length, accuracy: hits / order.length, step };
}

/** Mean cross-entropy and accuracy without dropout. Probabilities are clipped at 1e-7, as in Keras. */
export function evaluate({ engine, model }: Learner, { x, y }: Samples): { loss: number; accuracy: number } {
  const probabilities = predictNetwork(engine, model, x);
  const classes = probabilities.length / y.length;
  let loss = 0;
  for (let row = 0; row < y.length; row++) loss -= Math.log(Math.max(probabilities[row * classes + y[row]], 1e-7));
  return { loss: loss / y.length, accuracy: countHits(probabilities, y) / y.length };
}

/** Mean over the rows of −ln softmax(logits)[class]. */
function crossEntropy({ tf }: Engine, logits: Tensor, y: Uint8Array): Scalar {
  const classes = logits.shape[1]!;
  const target = new Float32Array(y.length * classes);
  y.forEach((label, row) => (target[row * classes + label] = -1 / y.length));
  return tf.sum(tf.mul(tf.logSoftmax(logits), tf.tensor2d(target, [y.length, classes])));
}

function countHits(scores: Float32Array, y: Uint8Array): number {
  const classes = scores.length / y.length;
  return y.filter((label, row) => {
    const own = scores.subarray(row * classes, (row + 1) * classes);
    return argmax(own) === label;
  }).length;
}
