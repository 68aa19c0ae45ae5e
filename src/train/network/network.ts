import type { LayersModel, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { jsonText } from '../../files/files.ts';
import type { Random } from '../../random.ts';
import type { FittedModel, Shape } from '../classifiers/classifier.ts';
import type { Masks } from '../engine/dropout.ts';
import type { Engine } from '../engine/engine.ts';

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
    files: () => networkFiles(engine, model),
    dispose: () => void model.dispose(),
  };
}

/** In the layers format of tfjs, indented, so that a difference can be read. */
async function networkFiles({ tf }: Engine, model: LayersModel): Promise<Map<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, format, generatedBy, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      files.set('model.json', jsonText({ format, generatedBy, modelTopology, weightsManifest }));
      files.set('weights.bin', new Uint8Array(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return files;
}
