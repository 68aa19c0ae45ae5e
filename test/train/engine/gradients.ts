import type { Tensor4D } from '@tensorflow/tfjs';
import { createRandom } from '../../../src/random.ts';
import { loadEngine } from '../../../src/train/engine/engine.ts';

/** Prints the gradients of convolutions of many shapes, and of matrix products, in WebAssembly and on the plain engine. */
const { tf } = await loadEngine({ name: 'wasm' });
type Size = [number, number, number, number];
const random = createRandom(2);
const normal = (shape: number[]) => Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());

const shapes: [string, number[], number[]][] = [
  ['one channel', [3, 1, 20, 1], [1, 5, 1, 6]],
  ['a row', [2, 1, 17, 5], [1, 3, 5, 4]],
  ['a column', [2, 17, 1, 5], [3, 1, 5, 4]],
  ['a plane', [2, 9, 12, 3], [3, 4, 3, 7]],
  ['one tap', [2, 6, 7, 3], [1, 1, 3, 5]],
];
const cases = shapes.flatMap(([name, input, filter]) =>
  [1, 2, [1, 2] as [number, number]].flatMap((strides) =>
    (['valid', 'same'] as const).map((pad) => ({ name, input, filter, strides, pad })),
  ),
);
cases.push({ name: 'padded by 1', input: [2, 6, 7, 3], filter: [3, 3, 3, 2], strides: 1, pad: 1 as never });

const results = [];
for (const { name, input, filter, strides, pad } of cases) {
  const [x, w] = [normal(input), normal(filter)];
  let dy: Float32Array | undefined;
  const measure = async (backend: string) => {
    await tf.setBackend(backend);
    const convolve = (a: Tensor4D, b: Tensor4D) => tf.conv2d(a, b, strides, pad);
    const [a, b] = [tf.tensor4d(x, input as Size), tf.tensor4d(w, filter as Size)];
    const { shape } = convolve(a, b);
    dy ??= normal(shape);
    return tf
      .grads(convolve as never)([a, b], tf.tensor(dy, shape))
      .flatMap((gradient) => Array.from(gradient.dataSync()));
  };
  const what = `${name}, strides ${strides}, ${pad}`;
  results.push({ what, wasm: await measure('wasm'), cpu: await measure('cpu') });
}

for (const [transposeA, transposeB] of [
  [false, true],
  [true, false],
  [true, true],
]) {
  const [a, b] = [transposeA ? [2, 7, 5] : [2, 5, 7], transposeB ? [2, 4, 7] : [2, 7, 4]];
  const [x, y] = [normal(a), normal(b)];
  const measure = async (backend: string) => {
    await tf.setBackend(backend);
    return Array.from(tf.matMul(tf.tensor(x, a), tf.tensor(y, b), transposeA, transposeB).dataSync());
  };
  const what = `product, transposed ${transposeA}, ${transposeB}`;
  results.push({ what, wasm: await measure('wasm'), cpu: await measure('cpu') });
}
process.stdout.write(JSON.stringify(results));
