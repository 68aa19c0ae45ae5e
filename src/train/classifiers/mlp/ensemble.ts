import { forwardPass } from '../../network/forwardPass.ts';
import type { LoadedClassifier, Shape } from '../classifier.ts';
import { mlpStages, type Sizes } from './files.ts';

type Predict = LoadedClassifier['predictProba'];

/**
 * An ensemble for prediction. TensorFlow is not required; runs in Node, Deno and the browser.
 * @param weights  of one network after the other
 */
export function openMlp(shape: Shape, sizes: Sizes, weights: Float32Array): Predict {
  const stages = mlpStages(shape, sizes);
  return ensemble(
    partsOf(weights, sizes).map((own) => forwardPass(stages, own)),
    sizes,
  );
}

/** The mean of the networks' probabilities for clipped features (Lakshminarayanan et al., 2017). */
export function ensemble(networks: readonly Predict[], { clip }: Sizes): Predict {
  return (x) => {
    const limited = x.map((value) => limit(value, clip));
    const [first, ...others] = networks.map((predict) => predict(limited));
    return first.map((p, i) => others.reduce((sum, other) => sum + other[i], p) / networks.length);
  };
}

export const limit = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

/** The weights of each network. */
export function partsOf(weights: Float32Array, { networks }: Sizes): Float32Array[] {
  const size = weights.length / networks;
  return Array.from({ length: networks }, (_, i) => weights.subarray(i * size, (i + 1) * size));
}
