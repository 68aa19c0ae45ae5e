import { createInterface } from 'node:readline';
import { createRandom } from '../src/random.ts';
import { buildCnn } from '../src/train/cnn.ts';
import { loadEngine } from '../src/train/engine.ts';
import { registerFastGradients } from '../src/train/gradients.ts';
import { createLearner, trainEpoch } from '../src/train/learner.ts';

/** Trains one epoch a line on standard input and prints its seconds: by our loop, or by `fit` of tfjs as it comes. */
const [recipe] = process.argv.slice(2);
const [rows, features, classes, batchSize, learningRate] = [3992, 186, 8, 32, 5e-4];
const engine = await loadEngine();
const { tf } = engine;
const random = createRandom(1);
const x = Float32Array.from({ length: rows * features }, () => random.normal());
const y = Uint8Array.from({ length: rows }, () => random.integer(classes));
const model = buildCnn(engine, { features, classes }, random);

let number = 0;
let step = 0;
let trainOne: () => Promise<unknown>;
if (recipe === 'fit') {
  model.compile({
    optimizer: tf.train.adam(learningRate),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const [inputs, labels] = [tf.tensor3d(x, [rows, features, 1]), tf.tensor1d(Float32Array.from(y))];
  trainOne = () => model.fit(inputs, labels, { batchSize, epochs: 1, shuffle: true, verbose: 0 });
} else {
  registerFastGradients(engine);
  const learner = createLearner(engine, model);
  trainOne = async () => {
    ({ step } = await trainEpoch(learner, { x, y }, { batchSize, learningRate, seed: `${++number}`, step }));
  };
}

const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
while (!(await lines.next()).done) {
  const started = performance.now();
  await trainOne();
  console.log((performance.now() - started) / 1000);
}
