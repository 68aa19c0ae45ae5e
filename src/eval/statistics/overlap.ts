import type { Clip } from '../../data/clip.ts';
import { sentenceOf } from '../../data/protocols/protocol.ts';

/** Numbers of the test set's speakers, sentences and recordings that are also in training; 0 of 0 speakers or sentences if none is known. */
export interface Overlap {
  speakers: { test: number; shared: number };
  sentences: { test: number; shared: number };
  recordings: { test: number; shared: number };
  /** Whether the shared ones only may be in training: it is not known what the models have learnt from exactly. */
  possible?: boolean;
}

/**
 * Counts what training and test sets actually share.
 * @param folds  each test set with the training clips of its model; added up
 */
export function countOverlap(folds: readonly { train: readonly Clip[]; test: readonly Clip[] }[]): Overlap {
  const count = (keyOf: (clip: Clip) => string | null) => {
    const known = (clips: readonly Clip[]): string[] => clips.flatMap((clip) => keyOf(clip) ?? []);
    const tested = new Set(folds.flatMap((fold) => known(fold.test)));
    const shared = folds.flatMap((fold) => {
      const learnt = new Set(known(fold.train));
      return known(fold.test).filter((key) => learnt.has(key));
    });
    return { test: tested.size, shared: new Set(shared).size };
  };
  return {
    speakers: count((clip) => clip.speaker || null),
    sentences: count(sentenceOf),
    recordings: count((clip) => clip.recording),
  };
}

/** In one sentence. */
export function describeOverlap({ speakers, sentences, recordings, possible }: Overlap): string {
  const part = (what: string, { test, shared }: Overlap['speakers']): string =>
    `${shared === 0 ? 'none' : shared} of the ${test} test ${what}`;
  const counted = [...Object.entries({ speakers, sentences }).filter(([, { test }]) => test > 0), ['recordings', recordings] as const]; // prettier-ignore
  const words = counted.map(([what, count]) => part(what, count));
  const unknown = [speakers.test === 0 && 'Who speaks is not known.', sentences.test === 0 && 'Which sentences they say is not known.']; // prettier-ignore
  const all = [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' and ');
  return [
    `Counted on these clips: ${all} ${possible ? 'may also be' : 'are also'} in training.`,
    ...unknown.filter(Boolean),
  ].join(' ');
}

/** In a few words, for the subtitle of a figure. */
export function overlapPhrase({ speakers }: Overlap): string {
  if (speakers.test === 0) return 'speakers not known';
  return speakers.shared > 0 ? 'speakers also in training' : 'speakers not in training';
}
