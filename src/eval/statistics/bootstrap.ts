import { speakerOrSelf } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { createRandom, type Random } from '../../random.ts';
import { confusionOf } from '../metrics/confusion.ts';
import type { Predictions } from '../systems/predictions.ts';

/** A confidence interval. */
export interface Interval {
  low: number;
  high: number;
}

export interface BootstrapOptions {
  /** Number of resamples. */
  resamples?: number;
  /** The same seed draws the same speakers, whatever the statistic. */
  seed?: number | string;
  /** Share of the distribution within the interval. */
  level?: number;
}

/** Limit, to bound the time; an interval's ends stop changing visibly long before. */
const MOST_RESAMPLES = 100_000;

export const BOOTSTRAP_DEFAULTS = { resamples: 2000, seed: 1, level: 0.95 } as const;

type Scored = Pick<Predictions, 'labels' | 'rows'>;

/** A figure and its interval. */
export interface Estimate {
  value: number;
  interval: Interval | null;
}

/**
 * Percentile bootstrap over speakers: clips of one speaker are not independent, so speakers are drawn with replacement,
 * each with all of their clips (cluster bootstrap; Davison & Hinkley, 1997). Clips of unknown speakers are drawn one by one. With few speakers the interval is narrower than it
 * should be. Quantiles are numpy's (`linear`).
 * @param statistic  computed from the confusion counts of the drawn clips
 * @returns null with fewer than two speakers, for which it is undefined, or if no resample has a defined statistic
 * @throws {SerError} `usage` for options out of range
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const { low, high } = bootstrapBySpeaker({ labels: ['angry', 'calm'], rows }, uar);
 * [low, high] // → [0.5, 1]
 */
export function bootstrapBySpeaker(
  predictions: Scored,
  statistic: (confusion: number[][]) => number,
  options: BootstrapOptions = {},
): Interval | null {
  return estimatesOver([[predictions]], ([confusion]) => [statistic(confusion)], options)[0].interval;
}

/**
 * Figures of several systems, with their bootstrap over speakers.
 * @param groups  of speakers, each drawn separately, so that every draw has the same number from each; the systems of a group are
 * scored on the same draws
 * @param statistics  compute the figures from all systems' confusion counts, group by group
 * @returns one estimate per figure; no interval if a group has fewer than two speakers; @throws as `bootstrapBySpeaker`
 */
export function estimatesOver(
  groups: readonly (readonly Scored[])[],
  statistics: (confusions: number[][][]) => number[],
  options: BootstrapOptions,
): Estimate[] {
  const { resamples, seed, level } = { ...BOOTSTRAP_DEFAULTS, ...options };
  if (!(Number.isInteger(resamples) && resamples > 0 && resamples <= MOST_RESAMPLES) || !(level > 0 && level < 1))
    throw new SerError('usage', `the bootstrap takes 1 to ${MOST_RESAMPLES} resamples and a level between 0 and 1; they are ${resamples} and ${level}`); // prettier-ignore

  const values = statistics(groups.flat().map(confusionOf));
  const samples = groups.map(speakerSample);
  if (samples.some(({ speakers }) => speakers < 2)) return values.map((value) => ({ value, interval: null }));
  const random = createRandom(seed);
  const drawn = Array.from({ length: resamples }, () => statistics(samples.flatMap(({ draw }) => draw(random))));
  return values.map((value, i) => {
    const sorted = drawn.map((one) => one[i]).filter((one) => !Number.isNaN(one)).sort((a, b) => a - b); // prettier-ignore
    const end = (q: number): number => quantile(sorted, q);
    return { value, interval: sorted.length === 0 ? null : { low: end((1 - level) / 2), high: end((1 + level) / 2) } };
  });
}

/** @param systems  on the same speakers; `draw` returns one confusion matrix per system */
function speakerSample(systems: readonly Scored[]): { speakers: number; draw: (random: Random) => number[][][] } {
  const speakers = [...new Set(systems[0].rows.map(speakerOrSelf))].sort();
  const counts = systems.map(({ labels, rows }) =>
    speakers.map((speaker) => confusionOf({ labels, rows: rows.filter((row) => speakerOrSelf(row) === speaker) })),
  );
  const draw = (random: Random): number[][][] => {
    const times = speakers.map(() => 0);
    speakers.forEach(() => times[random.integer(speakers.length)]++);
    return counts.map((confusions) => weightedSum(confusions, times));
  };
  return { speakers: speakers.length, draw };
}

/** Plain loops: a bootstrap spends its time here. */
function weightedSum(matrices: readonly number[][][], weights: readonly number[]): number[][] {
  const sums = matrices[0].map((row) => row.map(() => 0));
  for (let m = 0; m < matrices.length; m++) {
    const weight = weights[m];
    if (weight === 0) continue;
    for (let r = 0; r < sums.length; r++) {
      const [to, row] = [sums[r], matrices[m][r]];
      for (let c = 0; c < row.length; c++) to[c] += weight * row[c];
    }
  }
  return sums;
}

export function quantile(sorted: readonly number[], q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
