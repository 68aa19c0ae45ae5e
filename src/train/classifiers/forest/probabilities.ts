import type { Shape } from '../classifier.ts';
import { addLeaves, type Trees } from '../trees/trees.ts';

/**
 * The mean of the trees' class shares.
 * @returns a function from rows × features to rows × classes, both row-major
 */
export function forestProbabilities(
  trees: Trees,
  { features, classes }: Pick<Shape, 'features' | 'classes'>,
): (x: Float32Array) => Float32Array {
  return (x) => {
    const rows = x.length / features;
    const probabilities = new Float32Array(rows * classes);
    const sums = new Float64Array(classes);
    for (let row = 0; row < rows; row++) {
      addLeaves(trees, x, row, features, sums.fill(0));
      sums.forEach((sum, of) => (probabilities[row * classes + of] = sum / trees.roots.length));
    }
    return probabilities;
  };
}
