import { forwardPass } from '../../network/forwardPass.ts';
import type { LoadedClassifier, Shape } from '../classifier.ts';
import { sizeOf } from '../../network/layers.ts';
import { limit, mlpShapes, mlpStages, type Sizes } from './files.ts';
import { openKnownSpeakers } from './knownSpeakers.ts';

type Predict = LoadedClassifier['predictProba'];

/**
 * An ensemble for prediction. TensorFlow is not required; runs in Node, Deno and the browser.
 * @param learnt  of `learntShapes`
 */
export function openMlp(shape: Shape, sizes: Sizes, learnt: Float32Array): Predict {
  const stages = mlpStages(shape, sizes);
  const count = mlpShapes(shape, sizes).reduce((sum, own) => sum + sizeOf(own), 0);
  const predict = ensemble(
    partsOf(learnt.subarray(0, count), sizes).map((own) => forwardPass(stages, own)),
    sizes,
  );
  if (sizes.speakers === undefined) return predict;
  const standardised = openKnownSpeakers(shape, { ...sizes, speakers: sizes.speakers }, learnt.subarray(count));
  return (x) => predict(standardised(x));
}

/** The mean of the networks' probabilities for clipped features (Lakshminarayanan et al., 2017). */
export function ensemble(networks: readonly Predict[], { clip }: Sizes): Predict {
  return (x) => {
    const limited = x.map((value) => limit(value, clip));
    const [first, ...others] = networks.map((predict) => predict(limited));
    return first.map((p, i) => others.reduce((sum, other) => sum + other[i], p) / networks.length);
  };
}

/** The weights of each network. */
export function partsOf(weights: Float32Array, { networks }: Sizes): Float32Array[] {
  const size = weights.length / networks;
  return Array.from({ length: networks }, (_, i) => weights.subarray(i * size, (i + 1) * size));
}
