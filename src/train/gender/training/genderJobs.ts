import { isOfTestSubset, type Voice, VOICE_CORPORA } from '../voices/voices.ts';
import { createRandom } from '../../../random.ts';

/** One training and what it is tried on. A row that is in neither part is left aside. */
export interface GenderJob {
  name: string;
  isForTraining(row: Voice): boolean;
  /** Asked of unaltered clips only. */
  isForTest(row: Voice): boolean;
  /** Share of a run's steps that it is given. */
  effort: number;
}

/** The training on everything, whose model is shipped. */
export const FINAL_JOB = 'final';

/**
 * Deals all speakers to folds, those of one corpus, gender and (LibriSpeech) subset evenly.
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
  // Each stratum goes on where the one before it ended, so that the folds become equally large.
  let next = 0;
  for (const stratum of [...strata.keys()].sort()) {
    for (const speaker of random.shuffle([...strata.get(stratum)!].sort())) foldOf.set(speaker, 1 + (next++ % folds));
  }
  return foldOf;
}

/** Cross-validation: each fold is tried on the network that learnt from the others. */
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
 * Learns from two corpora and is tried on the third: what is left when the recording's sound helps nobody. In half of the steps:
 * for a comparison that is enough.
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
