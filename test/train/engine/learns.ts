import type { Scalar, Tensor2D } from '@tensorflow/tfjs';
import { createRandom } from '../../../src/random.ts';
import { loadEngine } from '../../../src/train/engine/engine.ts';

/** Prints how well a small network tells a slow from a fast oscillation, before and after training. */
const { tf, name } = await loadEngine();
const random = createRandom(3);
const rows = 96;
const labels = Array.from({ length: rows }, (_, row) => row % 2);
const waves = labels.map((label) => {
  const phase = random.between(0, 2 * Math.PI);
  return Array.from({ length: 24 }, (_, t) => [Math.sin(phase + t * (label ? 1.4 : 0.5)) + 0.3 * random.normal()]);
});
const x = tf.tensor3d(waves);
const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 2) as Tensor2D;
const initial = (seed: number) => tf.initializers.glorotUniform({ seed });
const model = tf.sequential({
  layers: [
    tf.layers.conv1d({
      inputShape: [24, 1],
      filters: 8,
      kernelSize: 5,
      activation: 'relu',
      kernelInitializer: initial(1),
    }),
    tf.layers.maxPooling1d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 2, kernelInitializer: initial(2) }),
  ],
});
const accuracy = () => {
  const hits = tf.equal((model.predict(x) as Tensor2D).argMax(1), tf.tensor1d(labels, 'int32'));
  return tf.mean(tf.cast(hits, 'float32')).dataSync()[0];
};
const accuracyBefore = accuracy();
const optimizer = tf.train.adam(0.02);
for (let step = 0; step < 60; step++) {
  optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as Tensor2D) as Scalar);
}
process.stdout.write(JSON.stringify({ name, accuracyBefore, accuracyAfter: accuracy() }));
