import { isOfTestSubset, type Voice, VOICE_CORPORA } from '../voices/voices.ts';
import { createRandom } from '../../../random.ts';

/** One training and its test rows. Rows in neither part are not used. */
export interface GenderJob {
  name: string;
  isForTraining(row: Voice): boolean;
  /** Unaltered clips only. */
  isForTest(row: Voice): boolean;
  /** Share of a run's steps. */
  effort: number;
}

/** The training on everything, whose model is shipped. */
export const FINAL_JOB = 'final';

/**
 * Distributes all speakers over folds, evenly within each corpus, gender and (LibriSpeech) subset.
 * @returns fold of each speaker, from 1
 */
export function dealSpeakers(rows: readonly Voice[], folds: number, seed: number | string): Map<string, number> {
  const strata = new Map<string, Set<string>>();
  for (const row of rows) {
    const stratum = [row.corpus, row.gender, isOfTestSubset(row) ? 'test' : 'train'].join('/');
    strata.set(stratum, (strata.get(stratum) ?? new Set()).add(row.speaker));
  }
  const random = createRandom(`${seed}/folds`);
  const foldOf = new Map<string, number>();
  // Each stratum continues where the previous one ended, so that the folds have equal sizes.
  let next = 0;
  for (const stratum of [...strata.keys()].sort()) {
    for (const speaker of random.shuffle([...strata.get(stratum)!].sort())) foldOf.set(speaker, 1 + (next++ % folds));
  }
  return foldOf;
}

/** Cross-validation: each fold is tested on the network trained on the others. */
export function foldJobs(rows: readonly Voice[], folds: number, seed: number | string): GenderJob[] {
  const foldOf = dealSpeakers(rows, folds, seed);
  return Array.from({ length: folds }, (_, i) => ({
    name: `fold-${i + 1}`,
    isForTraining: (row) => foldOf.get(row.speaker) !== i + 1,
    isForTest: (row) => foldOf.get(row.speaker) === i + 1,
    effort: 1,
  }));
}

/**
 * Trains on two corpora and tests on the third, to measure the accuracy without any knowledge of the recording conditions. With half of the steps,
 * which suffice for a comparison.
 */
export function crossCorpusJobs(): GenderJob[] {
  return VOICE_CORPORA.map((corpus) => ({
    name: `cross-${corpus}`,
    isForTraining: (row) => row.corpus !== corpus,
    isForTest: (row) => row.corpus === corpus,
    effort: 0.5,
  }));
}

export function finalJob(): GenderJob {
  return { name: FINAL_JOB, isForTraining: () => true, isForTest: () => false, effort: 1 };
}
