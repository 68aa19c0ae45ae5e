import { readSync } from 'node:fs';
import { createRandom } from '../src/random.ts';
import { cnn } from '../src/train/classifiers/cnn/cnn.ts';
import { completeOptions } from '../src/train/classifiers/options.ts';
import { loadEngine } from '../src/train/engine/engine.ts';
import type { NetworkOptions } from '../src/train/network/recipe.ts';

/** Trains one epoch a line on standard input and prints its seconds: by our loop, or by `fit` of tfjs as it comes. */
const [recipe] = process.argv.slice(2);
const [rows, features, classes, batchSize, learningRate] = [3992, 186, 8, 32, 5e-4];
const epochs = 1_000_000; // the input ends first
const engine = await loadEngine();
const random = createRandom(1);
const x = Float32Array.from({ length: rows * features }, () => random.normal());
const y = Uint8Array.from({ length: rows }, () => random.integer(classes));

let started = 0;
const turn = (): void => {
  if (readSync(0, Buffer.alloc(1)) === 0) process.exit(0);
  started = performance.now();
};
const onProgress = (): void => {
  console.log((performance.now() - started) / 1000);
  turn();
};

turn();
if (recipe === 'fit') await fitAsItComes();
else
  await cnn.fit(
    { level: 'functionals', features, classes },
    { x, y },
    undefined,
    completeOptions(cnn, { epochs, batchSize, learningRate }) as NetworkOptions,
    { seed: 1, onProgress },
  );

async function fitAsItComes(): Promise<void> {
  const { tf } = engine;
  const { conv1d, maxPooling1d, dropout, flatten, dense } = tf.layers;
  const model = tf.sequential({
    layers: [
      conv1d({ filters: 64, kernelSize: 5, activation: 'relu', inputShape: [features, 1] }),
      maxPooling1d({ poolSize: 2 }),
      dropout({ rate: 0.3 }),
      conv1d({ filters: 128, kernelSize: 3, activation: 'relu' }),
      maxPooling1d({ poolSize: 2 }),
      dropout({ rate: 0.3 }),
      flatten(),
      dense({ units: 64, activation: 'relu' }),
      dropout({ rate: 0.4 }),
      dense({ units: classes, activation: 'softmax' }),
    ],
  });
  const optimizer = tf.train.adam(learningRate);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const inputs = tf.tensor3d(x, [rows, features, 1]);
  const labels = tf.tensor1d(Float32Array.from(y));
  await model.fit(inputs, labels, { batchSize, epochs, verbose: 0, callbacks: { onEpochEnd: onProgress } });
}
