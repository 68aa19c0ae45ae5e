import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { io, LayersModel, Tensor } from '@tensorflow/tfjs';
import { SerError } from '../error.ts';
import { writeJson } from '../files.ts';
import type { FittedModel, Shape } from './classifier.ts';
import type { Masks } from './dropout.ts';
import type { Engine } from './engine.ts';

/** Rows that go through a network at once in prediction: bounds the memory. */
const PREDICT_ROWS = 256;

/**
 * The logits of a sequential model in training: its layers in turn, but dropout by our own masks, and the last layer
 * without its softmax, which the loss joins more exactly.
 */
export function trainingLogits({ tf }: Engine, model: LayersModel, x: Tensor, masks: Masks): Tensor {
  let h = x;
  for (const layer of model.layers.slice(0, -1)) {
    if (layer.getClassName() === 'Dropout') {
      const { rate } = layer.getConfig() as { rate: number };
      h = tf.mul(h, tf.tensor(masks(h.size, rate), h.shape));
    } else {
      h = layer.apply(h, { training: true }) as Tensor;
    }
  }
  const [kernel, bias] = model.layers.at(-1)!.getWeights();
  return tf.add(tf.matMul(h as Tensor<never>, kernel as Tensor<never>), bias);
}

/** Rows × features as the tensor that the model takes. */
export function inputTensor({ tf }: Engine, model: LayersModel, x: Float32Array): Tensor {
  const shape = model.inputs[0].shape.slice(1) as number[];
  return tf.tensor(x, [x.length / shape.reduce((a, b) => a * b), ...shape]);
}

export function predictNetwork(engine: Engine, model: LayersModel, x: Float32Array): Float32Array {
  const features = (model.inputs[0].shape.slice(1) as number[]).reduce((a, b) => a * b);
  const classes = model.outputs[0].shape[1]!;
  const rows = x.length / features;
  const probabilities = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row += PREDICT_ROWS) {
    const part = x.slice(row * features, (row + PREDICT_ROWS) * features);
    const result = engine.tf.tidy(() => (model.predict(inputTensor(engine, model, part)) as Tensor).dataSync());
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
