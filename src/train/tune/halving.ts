import type { Classifier } from '../classifiers/classifier.ts';
import { optionsOf } from '../classifiers/options.ts';
import type { GivenOptions } from './space.ts';

/** Of the candidates of a rung one in so many goes on to the next, with so many times the budget. */
const ETA = 3;
/** Rungs before the last one, at most: the first has a ninth of the budget. */
const LONGEST = 2;

export interface Rung {
  candidates: number;
  /** Share of the full budget that each of them gets. */
  share: number;
}

/**
 * The rungs of successive halving (Jamieson & Talwalkar, 2016): all candidates get a ninth of the budget, the best third of them a third, the best third of
 * these all of it. With fewer than nine candidates the first rung is left out, with fewer than three there is one alone.
 * @example
 * rungsOf(20).map(({ candidates }) => candidates) // → [20, 7, 3]
 */
export function rungsOf(candidates: number): Rung[] {
  const last = candidates < ETA ? 0 : candidates < ETA ** LONGEST ? 1 : LONGEST;
  return Array.from({ length: last + 1 }, (_, rung) => ({
    candidates: Math.ceil(candidates / ETA ** rung),
    share: ETA ** (rung - last),
  }));
}

/** What a rung costs, compared to all of its candidates with the full budget. */
export const costOf = ({ candidates, share }: Rung): number => candidates * share;

/**
 * The options of a training with a share of the budget: of the classifier's epochs, if it has such an option (`ClassifierOption.budget`); else they are
 * unchanged, and the share is one of the training clips.
 */
export function withinBudget(
  classifier: Classifier,
  options: GivenOptions,
  share: number,
): { options: Record<string, unknown>; clips: number } {
  const budgets = optionsOf(classifier).filter(([, { budget }]) => budget);
  if (share === 1 || budgets.length === 0) return { options: { ...options }, clips: share };
  const less = budgets.map(([name, option]) => {
    return [name, Math.max(1, Math.round(Number(options[name] ?? option.default) * share))];
  });
  return { options: { ...options, ...Object.fromEntries(less) }, clips: 1 };
}
