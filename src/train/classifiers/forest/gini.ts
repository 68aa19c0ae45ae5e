import { BINS } from '../trees/bins.ts';
import { addBin, createBinSet, takeBins } from '../trees/binSet.ts';
import type { Criterion } from '../trees/grow.ts';

const NONE = -1;

/**
 * Splits by Gini impurity; leaves hold the classes' shares.
 * @param weights  weight of each row; rows of weight 0 must not be given
 * @param minLeaf  least weight of a leaf
 */
export function giniCriterion(y: Uint8Array, weights: Float64Array, classes: number, minLeaf: number): Criterion {
  let count = 0;
  const own = { rows: new Uint32Array(y.length), y: new Uint8Array(y.length), weights: new Float64Array(y.length) };
  /** Weight of each class in the node. */
  const totals = new Float64Array(classes);
  let total = 0;
  let squares = 0;
  /** The node's rows by bin, as lists: the first row of each bin, and the one after each row. */
  const first = new Int32Array(BINS).fill(NONE);
  const after = new Int32Array(y.length);
  /** Bins with rows. */
  const filled = createBinSet();
  const bins = new Uint8Array(BINS);
  const left = new Float64Array(classes);
  const best = { gain: -Infinity, low: 0, high: 0 };

  return {
    enter(rows) {
      count = rows.length;
      totals.fill(0);
      for (let i = 0; i < count; i++) {
        const row = rows[i];
        own.rows[i] = row;
        own.y[i] = y[row];
        own.weights[i] = weights[row];
        totals[y[row]] += weights[row];
      }
      [total, squares] = [0, 0];
      for (const weight of totals) {
        total += weight;
        squares += weight * weight;
      }
      return total >= 2 * minLeaf && totals.filter((weight) => weight > 0).length > 1;
    },
    split(column) {
      for (let i = 0; i < count; i++) {
        const bin = column[own.rows[i]];
        after[i] = first[bin];
        first[bin] = i;
        addBin(filled, bin);
      }
      left.fill(0);
      best.gain = -Infinity;
      // Sums of squares of both sides' class weights: the impurity of a side is 1 − squares / weight².
      let weight = 0;
      let leftSquares = 0;
      let rightSquares = squares;
      const size = takeBins(filled, bins);
      for (let at = 0; at < size; at++) {
        const bin = bins[at];
        const rest = total - weight;
        if (weight >= minLeaf && rest >= minLeaf) {
          const gain = leftSquares / weight + rightSquares / rest;
          if (gain > best.gain) {
            best.gain = gain;
            best.low = bins[at - 1];
            best.high = bin;
          }
        }
        for (let i = first[bin]; i !== NONE; i = after[i]) {
          const of = own.y[i];
          const moved = own.weights[i];
          leftSquares += moved * (2 * left[of] + moved);
          rightSquares -= moved * (2 * (totals[of] - left[of]) - moved);
          left[of] += moved;
          weight += moved;
        }
        first[bin] = NONE;
      }
      return best;
    },
    leaf: () => Array.from(totals, (weight) => weight / total),
  };
}
