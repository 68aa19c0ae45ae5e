import type { Clip } from '../../data/clip.ts';
import { sentenceOf } from '../../data/protocols/protocol.ts';

/** Numbers of the test set's speakers, sentences and recordings that are also in training; 0 of 0 sentences if none is known. */
export interface Overlap {
  speakers: { test: number; shared: number };
  sentences: { test: number; shared: number };
  recordings: { test: number; shared: number };
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
    speakers: count((clip) => clip.speaker),
    sentences: count(sentenceOf),
    recordings: count((clip) => clip.recording),
  };
}

/** In one sentence. */
export function describeOverlap({ speakers, sentences, recordings }: Overlap): string {
  const part = (what: string, { test, shared }: Overlap['speakers']): string =>
    `${shared === 0 ? 'none' : shared} of the ${test} test ${what}`;
  const known = sentences.test > 0;
  return (
    `Counted on these clips: ${part('speakers', speakers)}${known ? `, ${part('sentences', sentences)}` : ''} and ` +
    `${part('recordings', recordings)} are also in training.${known ? '' : ' Which sentences they say is not known.'}`
  );
}

/** In a few words, for the subtitle of a figure. */
export function overlapPhrase({ speakers }: Overlap): string {
  return speakers.shared > 0 ? 'speakers also in training' : 'speakers not in training';
}
