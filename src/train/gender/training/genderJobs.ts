import {
  isOfTestSubset,
  isProbablyMislabelled,
  type Voice,
  VOICE_CORPORA,
  type VoiceCorpus,
} from '../voices/voices.ts';
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
    isForTraining: (row) => foldOf.get(row.speaker) !== i + 1 && !isProbablyMislabelled(row),
    isForTest: (row) => foldOf.get(row.speaker) === i + 1,
    effort: 1,
  }));
}

/** A training that hears nothing of some corpora, whose clips it is tested on. */
export function trainingWithout(corpora: readonly VoiceCorpus[], effort: number): GenderJob {
  const isLeftOut = ({ corpus }: Voice): boolean => corpora.includes(corpus);
  return {
    name: corpora.length > 0 ? `without-${corpora.join('-')}` : 'final',
    isForTraining: (row) => !isLeftOut(row) && !isProbablyMislabelled(row),
    isForTest: isLeftOut,
    effort,
  };
}

/** The trainings of a run. */
export interface RunJobs {
  /** Of the model that is written. */
  final: GenderJob;
  /** For each corpus a training without it, which is tested on it: figures and temperature are those of strangers. */
  siblings: ReadonlyMap<VoiceCorpus, GenderJob>;
}

/**
 * Shares of the steps for the trainings that leave a corpus out. Without RAVDESS a model is made that is shipped too, as it is free for commercial use;
 * the others are only tested. Most of LibriSpeech and speechocean762 is recognised with fewer steps.
 */
const EFFORT: Record<VoiceCorpus, number> = {
  ravdess: 1,
  librispeech: 0.6,
  emodb: 1,
  'crema-d': 1,
  speechocean762: 0.6,
};

/**
 * Leaves out one corpus after the other.
 * @param without  corpora that nothing of the run learns from: its only training is tested on them
 */
export function runJobs(without: readonly VoiceCorpus[] = []): RunJobs {
  const left = without.length > 0 ? [] : VOICE_CORPORA;
  const siblings = left.map((corpus) => [corpus, trainingWithout([corpus], EFFORT[corpus])] as const);
  return { final: trainingWithout(without, 1), siblings: new Map(siblings) };
}
