import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { SerError } from '../error.ts';
import { writeJson } from '../files.ts';
import type { Random } from '../random.ts';
import type { FittedModel, LoadedClassifier, Shape } from './classifier.ts';
import type { Masks } from './dropout.ts';
import type { Engine } from './engine.ts';
import { forwardPass } from './forwardPass.ts';
import { readLayers } from './layersFile.ts';

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

/** Rows that go through a network at once in prediction: bounds the memory. */
const PREDICT_ROWS = 256;

/**
 * What a model says by the engine, for many rows: of few, most of the time goes into calls (see `forwardPass`).
 * @param x  rows × features, standardised
 * @returns rows × classes
 */
export function predictNetwork({ tf }: Engine, model: LayersModel, x: Float32Array): Float32Array {
  const shape = model.inputs[0].shape.slice(1) as number[];
  const rows = x.length / shape.reduce((a, b) => a * b);
  if (rows === 0) return new Float32Array(0);
  return tf.tidy(() => {
    const probabilities = model.predict(tf.tensor(x, [rows, ...shape]), { batchSize: PREDICT_ROWS }) as Tensor;
    return probabilities.dataSync() as Float32Array;
  });
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
export function loadNetwork(folder: string, shape: Shape): LoadedClassifier {
  const json = join(folder, 'model.json');
  const bin = join(folder, 'weights.bin');
  for (const path of [json, bin]) {
    if (!existsSync(path)) throw new SerError('model', `${path} is missing: a model folder needs it; train it again.`);
  }
  const files = {
    json: { name: json, text: readFileSync(json, 'utf8') },
    weights: { name: bin, bytes: new Uint8Array(readFileSync(bin)) }, // a copy of its own, aligned
  };
  return { predictProba: forwardPass(readLayers(files, shape), shape.features) };
}
