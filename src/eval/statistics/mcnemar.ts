import { SerError } from '../../error.ts';

export interface McNemar {
  /** Clips that are correct only in the first, and only in the second system. */
  onlyFirst: number;
  onlySecond: number;
  /** Two-sided. 1 if the systems never differ. */
  p: number;
}

/**
 * McNemar's test (McNemar, 1947) in its exact, conditional form: if two systems are equally good, each clip that only one of them predicts
 * correctly is equally likely to be the first's or the second's, so that p is that of a two-sided binomial test with ½ on these clips,
 * `scipy.stats.binomtest` within 1e-12. Its error rate never exceeds the nominal one; with few such clips it is conservative (Fagerland, Lydersen & Laake, 2013).
 * It assumes independent clips; clips of one speaker are not, so consult the paired bootstrap too.
 * @example
 * const { p } = mcnemar([true, true, true, false], [false, false, true, true]);
 * p // → 1
 */
export function mcnemar(first: readonly boolean[], second: readonly boolean[]): McNemar {
  if (first.length !== second.length) {
    throw new SerError(
      'usage',
      `the systems to compare have ${first.length} and ${second.length} clips: give the same ones`,
    );
  }
  const onlyFirst = first.filter((right, i) => right && !second[i]).length;
  const onlySecond = second.filter((right, i) => right && !first[i]).length;
  return { onlyFirst, onlySecond, p: binomialHalf(Math.min(onlyFirst, onlySecond), onlyFirst + onlySecond) };
}

/** Twice the probability of at most `few` heads in `n` tosses of a coin, and at most 1. */
function binomialHalf(few: number, n: number): number {
  // In logarithms: ½ⁿ alone would underflow for a thousand clips.
  let logTerm = -n * Math.LN2;
  let sum = 0;
  for (let k = 0; k <= few; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * sum);
}
