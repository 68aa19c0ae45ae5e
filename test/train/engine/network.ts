import type { Tensor } from '@tensorflow/tfjs';
import { createRandom } from '../../../src/random.ts';
import { loadEngine } from '../../../src/train/engine/engine.ts';

/** Prints the output and the gradients of a small convolutional network with given weights. */
const { tf, name } = await loadEngine();
const random = createRandom(1);
const normal = (...shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 0.3 * random.normal()),
    shape,
  );

const x = normal(4, 1, 40, 1);
const kernels = [normal(1, 5, 1, 8), normal(8), normal(1, 3, 8, 16), normal(16), normal(128, 6), normal(6)];
const network = (...[k1, b1, k2, b2, k3, b3]: Tensor[]): Tensor => {
  let h: Tensor = tf.relu(tf.add(tf.conv2d(x as never, k1 as never, 1, 'valid'), b1));
  h = tf.maxPool(h as never, [1, 2], [1, 2], 'valid');
  h = tf.relu(tf.add(tf.conv2d(h as never, k2 as never, 1, 'valid'), b2));
  h = tf.maxPool(h as never, [1, 2], [1, 2], 'valid');
  return tf.logSoftmax(tf.add(tf.matMul(tf.reshape(h, [4, 128]), k3 as never), b3));
};
const output = network(...kernels);
const gradients = tf.grads(network)(kernels, normal(4, 6));
const values = [output, ...gradients].flatMap((tensor) => Array.from(tensor.dataSync()));
process.stdout.write(JSON.stringify({ name, values }));
