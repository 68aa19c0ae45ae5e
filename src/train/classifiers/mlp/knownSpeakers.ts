import { argmax } from '../../../argmax.ts';
import { forwardPass } from '../../network/forwardPass.ts';
import { sizeOf, weightShapes } from '../../network/layers.ts';
import type { Shape } from '../classifier.ts';
import { limit, speakerStages, type Sizes } from './files.ts';

/** Of the training clips of each speaker, speakers × features. */
export interface SpeakerMoments {
  means: Float32Array;
  deviations: Float32Array;
}

/**
 * Standardises vectors by the moments of the training speaker whom a linear layer recognises in each. For voices of training speakers: in any other it
 * recognises one of them too.
 * @param learnt  the layer's weights, the means, the deviations
 * @returns for rows × features, row-major
 */
export function openKnownSpeakers(
  shape: Shape,
  { clip, speakers: count }: Sizes & { speakers: number },
  learnt: Float32Array,
): (x: Float32Array) => Float32Array {
  const { features } = shape;
  const stages = speakerStages(shape, count);
  const weights = weightShapes(stages).reduce((sum, own) => sum + sizeOf(own), 0);
  const predict = forwardPass(stages, learnt.subarray(0, weights));
  const moments = {
    means: learnt.subarray(weights, weights + count * features),
    deviations: learnt.subarray(weights + count * features),
  };
  return (x) => {
    const probabilities = predict(x.map((value) => limit(value, clip)));
    const speakers = Array.from({ length: x.length / features }, (_, row) =>
      argmax(probabilities.subarray(row * count, (row + 1) * count)),
    );
    return standardiseBySpeaker(x, speakers, moments);
  };
}

/** @param speakers  of each row of x, as an index into the moments */
export function standardiseBySpeaker(
  x: Float32Array,
  speakers: ArrayLike<number>,
  { means, deviations }: SpeakerMoments,
): Float32Array {
  const features = x.length / speakers.length;
  return x.map((value, i) => {
    const at = speakers[Math.floor(i / features)] * features + (i % features);
    return (value - means[at]) / deviations[at];
  });
}
