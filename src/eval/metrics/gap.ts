import type { Gender } from '../../data/clip.ts';
import { type BootstrapOptions, type Interval, seedsDifference } from '../statistics/bootstrap.ts';
import { confusionOf } from './confusion.ts';
import { uar } from './metrics.ts';
import type { Predictions } from '../systems/predictions.ts';
import { mean } from '../statistics/mean.ts';

/** How much better one gender's voices are recognised. */
export interface GenderGap extends Record<Gender, { n: number; speakers: number; uar: number }> {
  /** UAR of female voices minus UAR of male voices: −1 … 1, 0 where both are recognised alike; NaN where a gender has no clips. */
  gap: number;
  /** Speakers are drawn within each gender; null if one has fewer than two. */
  interval: Interval | null;
}

/**
 * The gap in UAR between the genders, with its bootstrap interval over speakers.
 * @param seeds  a system's predictions with every seed, of the same clips; the figures are means over them
 */
export function genderGap(
  seeds: readonly Pick<Predictions, 'labels' | 'rows'>[],
  options: BootstrapOptions = {},
): GenderGap {
  const of = (gender: Gender) =>
    seeds.map(({ labels, rows }) => ({ labels, rows: rows.filter((row) => row.gender === gender) }));
  const scored = (clips: ReturnType<typeof of>) => ({
    n: clips[0].rows.length,
    speakers: new Set(clips[0].rows.map((row) => row.speaker)).size,
    uar: mean(clips.map((one) => uar(confusionOf(one)))),
  });
  const [men, women] = [of('male'), of('female')];
  const { difference: gap, interval } = seedsDifference(men, women, uar, { ...options, paired: false });
  return { male: scored(men), female: scored(women), gap, interval };
}
