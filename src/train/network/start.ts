import type { StartModel } from '../classifiers/classifier.ts';
import { cutWeights } from './layers.ts';

/**
 * Overwrites initial weights by those of a model with the same layers. The last two weights are kernel and bias of the logits: theirs are
 * taken for the classes that the model knows, and the others stay.
 */
export function startFrom(
  { shape, classes }: StartModel,
  known: Float32Array,
  knownShapes: readonly (readonly number[])[],
  weights: Float32Array,
  shapes: readonly (readonly number[])[],
): void {
  const parts = cutWeights(weights, shapes);
  cutWeights(known, knownShapes).forEach((part, i) => {
    if (i < shapes.length - 2) return parts[i].set(part);
    parts[i].forEach((_, at) => {
      const from = classes[at % classes.length];
      if (from >= 0) parts[i][at] = part[Math.floor(at / classes.length) * shape.classes + from];
    });
  });
}
