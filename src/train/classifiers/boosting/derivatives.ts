import { BINS } from '../trees/bins.ts';
import { addBin, createBinSet, takeBins } from '../trees/binSet.ts';
import type { Criterion } from '../trees/grow.ts';
import type { BoostingOptions } from './boosting.ts';

/** First and second derivatives of the loss by each row's score. */
export interface Derivatives {
  first: Float64Array;
  second: Float64Array;
}

/**
 * Splits by the reduction of the loss's quadratic model, with leaves at its minimum (Chen & Guestrin, 2016, equations 5 and 7).
 * @param derivatives  0 for rows from which the tree does not learn
 * @param start  added to every leaf
 */
export function derivativeCriterion(
  { first, second }: Derivatives,
  { l2, minChild, shrinkage }: Pick<BoostingOptions, 'l2' | 'minChild' | 'shrinkage'>,
  start: number,
): Criterion {
  const own = {
    count: 0,
    rows: new Uint32Array(first.length),
    first: new Float64Array(first.length),
    second: new Float64Array(first.length),
  };
  let totalFirst = 0;
  let totalSecond = 0;
  /** Sums of each bin; all 0 between two calls. */
  const sumFirst = new Float64Array(BINS);
  const sumSecond = new Float64Array(BINS);
  /** Bins with rows. */
  const filled = createBinSet();
  const bins = new Uint8Array(BINS);
  const best = { gain: -Infinity, low: 0, high: 0 };

  return {
    enter(rows) {
      [own.count, totalFirst, totalSecond] = [0, 0, 0];
      for (const row of rows) {
        if (second[row] === 0) continue;
        own.rows[own.count] = row;
        totalFirst += own.first[own.count] = first[row];
        totalSecond += own.second[own.count] = second[row];
        own.count++;
      }
      return totalSecond >= 2 * minChild;
    },
    split(column) {
      for (let i = 0; i < own.count; i++) {
        const bin = column[own.rows[i]];
        sumFirst[bin] += own.first[i];
        sumSecond[bin] += own.second[i];
        addBin(filled, bin);
      }
      best.gain = -Infinity;
      const whole = (totalFirst * totalFirst) / (totalSecond + l2);
      let leftFirst = 0;
      let leftSecond = 0;
      const size = takeBins(filled, bins);
      for (let at = 0; at < size; at++) {
        const bin = bins[at];
        const rightSecond = totalSecond - leftSecond;
        if (leftSecond >= minChild && rightSecond >= minChild) {
          const rightFirst = totalFirst - leftFirst;
          const gain =
            (leftFirst * leftFirst) / (leftSecond + l2) + (rightFirst * rightFirst) / (rightSecond + l2) - whole;
          if (gain > 0 && gain > best.gain) {
            best.gain = gain;
            best.low = bins[at - 1];
            best.high = bin;
          }
        }
        leftFirst += sumFirst[bin];
        leftSecond += sumSecond[bin];
        sumFirst[bin] = 0;
        sumSecond[bin] = 0;
      }
      return best;
    },
    // Rounded as it is stored, so that training continues from the scores that the model will give.
    leaf: () => [Math.fround(start - (totalSecond > 0 ? (shrinkage * totalFirst) / (totalSecond + l2) : 0))],
  };
}
