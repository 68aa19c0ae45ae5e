import { argmax } from '../../../argmax.ts';
import { forwardPass } from '../../network/forwardPass.ts';
import { sizeOf, weightShapes } from '../../network/layers.ts';
import type { Shape } from '../classifier.ts';
import { limit } from './limit.ts';
import { speakerStages, type Sizes } from './files.ts';

/** Rows as they differ from what their speakers usually sound like. */
export interface Recognised {
  /** rows × features, standardised by the statistics of the speaker. */
  x: Float32Array;
  /** Of each row, the training speaker whom it resembles most. */
  speakers: number[];
}

/**
 * Standardises rows by the statistics of the training speaker whom a linear layer recognises in each. For voices of training speakers: in any other it
 * recognises one of them too.
 * @param learnt  the layer's weights; then speakers × features, the means; then the same of deviations
 * @returns of rows × features; their speakers may be given instead
 */
export function openKnownSpeakers(
  shape: Shape,
  { clip, speakers: count }: Sizes & { speakers: number },
  learnt: Float32Array,
): (x: Float32Array, known?: ArrayLike<number>) => Recognised {
  const { features } = shape;
  const stages = speakerStages(shape, count);
  const weights = weightShapes(stages).reduce((sum, own) => sum + sizeOf(own), 0);
  const predict = forwardPass(stages, learnt.subarray(0, weights));
  const means = learnt.subarray(weights);
  const deviations = means.subarray(count * features);
  return (x, known) => {
    const probabilities = known ? undefined : predict(x.map((value) => limit(value, clip)));
    const out = new Float32Array(x.length);
    const speakers = Array.from({ length: x.length / features }, (_, row) =>
      known ? known[row] : argmax(probabilities!.subarray(row * count, (row + 1) * count)),
    );
    speakers.forEach((speaker, row) => {
      for (let j = 0, i = row * features, s = speaker * features; j < features; j++, i++, s++) {
        out[i] = (x[i] - means[s]) / deviations[s];
      }
    });
    return { x: out, speakers };
  };
}
