import type { io, LayersModel, Tensor } from '@tensorflow/tfjs';
import { SerError } from '../error.ts';
import type { Shape } from './classifier.ts';
import type { Engine } from './engine.ts';
import { layerSteps, type StepEngine } from './layerSteps.ts';

/** What it takes of an engine to load a layers model and to ask it: no more, so that a browser's small build will do. */
export interface PredictionEngine {
  tf: Pick<Engine['tf'], 'io' | 'loadLayersModel' | 'tensor' | 'tidy'> & StepEngine['tf'];
}

/** `model.json` and `weights.bin`, and what to call them in messages. */
export interface LayersFiles {
  json: { name: string; text: string };
  /** The bytes in a buffer of their own. */
  weights: { name: string; bytes: Uint8Array<ArrayBuffer> };
}

/** Rows that go through a network at once in prediction: bounds the memory. */
const PREDICT_ROWS = 256;

/** @param x  rows × features, standardised @returns rows × classes */
export function predictNetwork(engine: PredictionEngine, model: LayersModel, x: Float32Array): Float32Array {
  const { tf } = engine;
  const run = stepsOf(engine, model);
  const shape = model.inputs[0].shape.slice(1) as number[];
  const features = shape.reduce((a, b) => a * b);
  const classes = model.outputs[0].shape[1]!;
  const rows = x.length / features;
  const probabilities = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row += PREDICT_ROWS) {
    const part = x.slice(row * features, (row + PREDICT_ROWS) * features);
    const result = tf.tidy(() => run(tf.tensor(part, [part.length / features, ...shape])).dataSync());
    probabilities.set(result as Float32Array, row * classes);
  }
  return probabilities;
}

/** Found out once for each model. */
const known = new WeakMap<LayersModel, (x: Tensor) => Tensor>();
function stepsOf(engine: PredictionEngine, model: LayersModel): (x: Tensor) => Tensor {
  const steps = known.get(model) ?? layerSteps(engine, model) ?? ((x: Tensor) => model.predict(x) as Tensor);
  known.set(model, steps);
  return steps;
}

/**
 * A layers model from the content of its files. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, saying which file does not fit and how
 */
export async function readLayersModel(
  { tf }: PredictionEngine,
  { json, weights }: LayersFiles,
  { features, classes }: Shape,
): Promise<LayersModel> {
  let specs: io.WeightsManifestEntry[];
  let modelTopology: object;
  try {
    const parsed = JSON.parse(json.text) as io.ModelJSON;
    specs = parsed.weightsManifest.flatMap((group) => group.weights);
    modelTopology = parsed.modelTopology as object;
  } catch (cause) {
    throw new SerError('model', `${json.name} is not a tfjs layers model: ${String(cause)}`, { cause });
  }
  checkWeights(weights.name, weights.bytes, specs);

  let model: LayersModel;
  try {
    const artifacts = { modelTopology, weightSpecs: specs, weightData: weights.bytes.buffer };
    model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  } catch (cause) {
    const problem = (cause as Error).message;
    throw new SerError('model', `${json.name} and ${weights.name} do not make a model: ${problem}`, { cause });
  }
  const takes = (model.inputs[0].shape.slice(1) as number[]).reduce((a, b) => a * b);
  const gives = model.outputs[0].shape.at(-1);
  if (takes === features && gives === classes) return model;
  model.dispose();
  throw new SerError(
    'model',
    `${json.name} takes ${takes} features and gives ${gives} probabilities, but its bundle.json has ${features} features ` +
      `and ${classes} labels: the files are of different models.`,
  );
}

function checkWeights(path: string, bytes: Uint8Array<ArrayBuffer>, specs: io.WeightsManifestEntry[]): void {
  const sizeOf = (spec: io.WeightsManifestEntry) => spec.shape.reduce((a, b) => a * b, 1);
  const expected = 4 * specs.reduce((sum, spec) => sum + sizeOf(spec), 0);
  if (bytes.length !== expected) {
    throw new SerError(
      'model',
      `${path} has ${bytes.length} bytes, but model.json describes ${expected}: the file is cut off or of another model.`,
    );
  }
  const values = new Float32Array(bytes.buffer);
  let offset = 0;
  for (const spec of specs) {
    const bad = values.subarray(offset, (offset += sizeOf(spec))).findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new SerError('model', `${path}: value ${bad + 1} of ${spec.name} is not a finite number.`);
  }
}
