import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { SerError } from '../error.ts';
import { writeJson } from '../files.ts';
import type { Random } from '../random.ts';
import type { FittedModel, Shape } from './classifier.ts';
import type { Masks } from './dropout.ts';
import type { Engine } from './engine.ts';
import { predictNetwork, readLayersModel } from './layersModel.ts';

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
export async function loadNetwork(folder: string, shape: Shape, engine: Engine): Promise<FittedModel> {
  const json = join(folder, 'model.json');
  const bin = join(folder, 'weights.bin');
  for (const path of [json, bin]) {
    if (!existsSync(path)) throw new SerError('model', `${path} is missing: a model folder needs it; train it again.`);
  }
  const files = {
    json: { name: json, text: readFileSync(json, 'utf8') },
    weights: { name: bin, bytes: new Uint8Array(readFileSync(bin)) }, // a copy of its own, aligned
  };
  return networkModel(engine, await readLayersModel(engine, files, shape));
}
