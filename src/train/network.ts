import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { io, LayersModel, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { SerError } from '../error.ts';
import { writeJson } from '../files.ts';
import type { Random } from '../random.ts';
import type { FittedModel, Shape } from './classifier.ts';
import type { Masks } from './dropout.ts';
import type { Engine } from './engine.ts';

/** Rows that go through a network at once in prediction: bounds the memory. */
const PREDICT_ROWS = 256;

/** A kind of network: as a layers model for prediction and for its file, and in training. */
export interface Network {
  name: string;
  /** With initial weights drawn from `random`. Gives probabilities: its last layer is a softmax. */
  build(engine: Engine, shape: Shape, random: Random): LayersModel;
  /**
   * The forward pass in training, with dropout, without the softmax. All that it does must have a gradient.
   * @param weights  the trainable weights of `build`, in its order
   * @param x  rows × features
   * @returns rows × classes
   */
  logits(engine: Engine, weights: Tensor[], x: Tensor2D, masks: Masks): Tensor2D;
}

export function predictNetwork(engine: Engine, model: LayersModel, x: Float32Array): Float32Array {
  const { tf } = engine;
  const shape = model.inputs[0].shape.slice(1) as number[];
  const features = shape.reduce((a, b) => a * b);
  const classes = model.outputs[0].shape[1]!;
  const rows = x.length / features;
  const probabilities = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row += PREDICT_ROWS) {
    const part = x.slice(row * features, (row + PREDICT_ROWS) * features);
    const result = tf.tidy(() =>
      (model.predict(tf.tensor(part, [part.length / features, ...shape])) as Tensor).dataSync(),
    );
    probabilities.set(result as Float32Array, row * classes);
  }
  return probabilities;
}

/** A layers model as a fitted model. */
export function networkModel(engine: Engine, model: LayersModel): FittedModel {
  return {
    predictProba: (x) => predictNetwork(engine, model, x),
    save: (folder) => saveNetwork(engine, model, folder),
    dispose: () => void model.dispose(),
  };
}

/** In the layers format of tfjs, indented, so that a difference can be read. */
async function saveNetwork({ tf }: Engine, model: LayersModel, folder: string): Promise<void> {
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, format, generatedBy, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      writeJson(join(folder, 'model.json'), { format, generatedBy, modelTopology, weightsManifest });
      writeFileSync(join(folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}

/** @throws {SerError} `model`, saying which file does not fit and how */
export async function loadNetwork(folder: string, { features, classes }: Shape, engine: Engine): Promise<FittedModel> {
  const json = join(folder, 'model.json');
  const bin = join(folder, 'weights.bin');
  for (const path of [json, bin]) {
    if (!existsSync(path)) throw new SerError('model', `${path} is missing: a model folder needs it; train it again.`);
  }
  let specs: io.WeightsManifestEntry[];
  let modelTopology: object;
  try {
    const parsed = JSON.parse(readFileSync(json, 'utf8')) as io.ModelJSON;
    specs = parsed.weightsManifest.flatMap((group) => group.weights);
    modelTopology = parsed.modelTopology as object;
  } catch (cause) {
    throw new SerError('model', `${json} is not a tfjs layers model: ${String(cause)}`, { cause });
  }
  const bytes = new Uint8Array(readFileSync(bin)); // a copy of its own, aligned
  checkWeights(bin, bytes, specs);

  let model: LayersModel;
  try {
    const artifacts = { modelTopology, weightSpecs: specs, weightData: bytes.buffer };
    model = await engine.tf.loadLayersModel(engine.tf.io.fromMemory(artifacts));
  } catch (cause) {
    throw new SerError('model', `${json} and ${bin} do not make a model: ${(cause as Error).message}`, { cause });
  }
  const takes = (model.inputs[0].shape.slice(1) as number[]).reduce((a, b) => a * b);
  const gives = model.outputs[0].shape.at(-1);
  if (takes === features && gives === classes) return networkModel(engine, model);
  model.dispose();
  throw new SerError(
    'model',
    `${json} takes ${takes} features and gives ${gives} probabilities, but its bundle.json has ${features} features ` +
      `and ${classes} labels: the files are of different models.`,
  );
}

function checkWeights(path: string, bytes: Uint8Array, specs: io.WeightsManifestEntry[]): void {
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
