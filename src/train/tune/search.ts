import { overSeeds } from '../../eval/statistics/seeds.ts';
import { mean } from '../../eval/statistics/mean.ts';
import type { Candidate } from './candidates.ts';
import type { Rung } from './halving.ts';
import type { OuterFold } from './outerFolds.ts';
import type { Trial, TrialResult } from './trial.ts';

/** How a candidate did within the training clips of a fold, with the largest share of the budget that it got. */
export interface TrialScore {
  /** Its number among the candidates, from 1: the options as they are without a search. */
  trial: number;
  /** Values of the searched options; empty for trial 1. */
  options: Candidate;
  /** Share of the full budget. */
  share: number;
  /** Mean over the inner folds. */
  uar: number;
  /** Standard deviation over the inner folds. */
  sd: number | null;
  /** UAR of each inner fold. */
  inner: number[];
  logLoss: number;
  /** Of its trainings with this share. */
  seconds: number;
}

export interface FoldScores {
  fold: OuterFold;
  /** The best first: those with the full budget before others, then by UAR. The first one is chosen. */
  scores: TrialScore[];
}

/**
 * Compares candidates within each fold, rung after rung; the best of each rung go on to the next.
 * @param run  does trials in any order; called once a rung with those of all folds
 */
export async function search(
  folds: readonly OuterFold[],
  candidates: readonly Candidate[],
  rungs: readonly Rung[],
  run: (trials: readonly Trial[], rung: number) => Promise<readonly TrialResult[]>,
): Promise<FoldScores[]> {
  const all = folds.map((fold): FoldScores => ({ fold, scores: [] }));
  for (const [rung, { candidates: count, share }] of rungs.entries()) {
    const chosen = all.map(({ scores }) =>
      rung === 0 ? candidates.map((_, i) => i) : scores.slice(0, count).map(({ trial }) => trial - 1),
    );
    const trials = all.flatMap(({ fold }, i) => chosen[i].map((one) => ({ fold, candidate: candidates[one], share })));
    const results = (await run(trials, rung)).values();
    all.forEach(({ scores }, i) => {
      const better = chosen[i].map((one) => scoreOf(one + 1, candidates[one], share, results.next().value!));
      const others = scores.filter(({ trial }) => !better.some((own) => own.trial === trial));
      scores.splice(0, scores.length, ...[...better, ...others].sort(byScore));
    });
  }
  return all;
}

const byScore = (a: TrialScore, b: TrialScore): number => b.share - a.share || b.uar - a.uar || a.trial - b.trial;

function scoreOf(trial: number, options: Candidate, share: number, { folds, seconds }: TrialResult): TrialScore {
  const inner = folds.map(({ uar }) => uar);
  const { mean: middle, sd } = overSeeds(inner);
  return { trial, options, share, uar: middle, sd, inner, logLoss: mean(folds.map((fold) => fold.logLoss)), seconds };
}
