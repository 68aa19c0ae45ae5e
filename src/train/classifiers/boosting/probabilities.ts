import { softmax } from '../../../data/temperature.ts';
import type { Shape } from '../classifier.ts';
import { addLeaves, type Trees } from '../trees/trees.ts';

/**
 * The softmax of the classes' sums of leaves; tree t is of class t modulo the number of classes.
 * @returns a function from rows × features to rows × classes, both row-major
 */
export function boostingProbabilities(
  trees: Trees,
  { features, classes }: Pick<Shape, 'features' | 'classes'>,
): (x: Float32Array) => Float32Array {
  return (x) => {
    const rows = x.length / features;
    const probabilities = new Float32Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      const sums = new Float64Array(classes);
      addLeaves(trees, x, row, features, sums);
      probabilities.set(softmax(Array.from(sums), 1), row * classes);
    }
    return probabilities;
  };
}
