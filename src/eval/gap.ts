import type { Gender } from '../data/clip.ts';
import { BOOTSTRAP_DEFAULTS, type BootstrapOptions, groupBootstrap, type Interval } from './bootstrap.ts';
import { confusionMatrix } from './confusion.ts';
import { uar } from './metrics.ts';
import { labelPairs, type Predictions } from './predictions.ts';

/** How much better one gender's voices are recognised. */
export interface GenderGap extends Record<Gender, { n: number; speakers: number; uar: number }> {
  /** UAR of female voices minus UAR of male voices: −1 … 1, 0 where both are recognised alike; NaN where a gender has no clips. */
  gap: number;
  /** Speakers are drawn within each gender; null if one has fewer than two. */
  interval: Interval | null;
}

/** The gap in UAR between the genders, with its bootstrap interval over speakers. */
export function genderGap(
  { labels, rows }: Pick<Predictions, 'labels' | 'rows'>,
  options: BootstrapOptions = {},
): GenderGap {
  const of = (gender: Gender) => ({ labels, rows: rows.filter((row) => row.gender === gender) });
  const scored = (clips: ReturnType<typeof of>) => {
    const { truth, predicted } = labelPairs(clips.rows);
    const speakers = new Set(clips.rows.map((row) => row.speaker)).size;
    return { n: clips.rows.length, speakers, uar: uar(confusionMatrix(truth, predicted, labels)) };
  };
  const [men, women] = [of('male'), of('female')];
  const [male, female] = [scored(men), scored(women)];
  const interval = groupBootstrap(men, women, uar, { ...BOOTSTRAP_DEFAULTS, ...options });
  return { male, female, gap: female.uar - male.uar, interval };
}
