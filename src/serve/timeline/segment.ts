import type { Span } from '../../features/windows.ts';
import type { EmotionPrediction } from '../predict/predictEmotion.ts';
import type { EmotionVerdict } from '../predict/verdict.ts';

/** An utterance of a recording, or of live sound, with its prediction. */
export type Segment = Span & EmotionVerdict & Pick<EmotionPrediction, 'gender' | 'genderProbability'>;

/** @param prediction  for the sound of the utterance alone */
export function segmentOf(
  { start, end }: Span,
  {
    gender,
    genderProbability,
    emotion,
    confidence,
    probabilities,
    sure,
    reason,
    alternatives,
    rightOnUnseen,
    headline,
  }: EmotionPrediction,
): Segment {
  const voice = { gender, genderProbability };
  const verdict = { emotion, confidence, probabilities, sure, reason, alternatives, rightOnUnseen, headline };
  return { start: toMilliseconds(start), end: toMilliseconds(end), ...voice, ...verdict };
}

const toMilliseconds = (seconds: number): number => Math.round(1000 * seconds) / 1000;

/** What a long recording contains: a distribution over time instead of one answer for all of it. */
export interface TimeShares {
  /** Seconds of speech. */
  speech: number;
  /** Seconds of utterances whose answer is that emotion; one for each label of the models. */
  emotions: Record<string, number>;
  /** Seconds of utterances about which the models are not sure. */
  notSure: number;
}

/** Adds up the time of utterances as they come, in constant memory. */
export interface ShareCount {
  add(segment: SharedTime): void;
  shares(): TimeShares;
}

/** The utterances of a recording, and what they add up to. */
export interface Utterances extends TimeShares {
  segments: Segment[];
}

type SharedTime = Span & Pick<EmotionVerdict, 'emotion' | 'sure'>;

/** @param labels  of the models */
export function createShareCount(labels: readonly string[]): ShareCount {
  let [speech, notSure] = [0, 0];
  const emotions = new Map(labels.map((label) => [label, 0]));
  return {
    add: ({ start, end, emotion, sure }) => {
      speech += end - start;
      if (sure === false) notSure += end - start;
      else if (emotion !== null) emotions.set(emotion, (emotions.get(emotion) ?? 0) + end - start);
    },
    shares: () => ({
      speech: toMilliseconds(speech),
      emotions: Object.fromEntries(Array.from(emotions, ([label, seconds]) => [label, toMilliseconds(seconds)])),
      notSure: toMilliseconds(notSure),
    }),
  };
}

/**
 * @param labels  of the models
 * @example
 * const [spoken, doubtful] = [{ start: 0, end: 2, emotion: 'angry', sure: true }, { start: 3, end: 6, emotion: 'sad', sure: false }];
 * timeShares([spoken, doubtful], ['angry', 'sad']) // → { speech: 5, emotions: { angry: 2, sad: 0 }, notSure: 3 }
 */
export function timeShares(segments: readonly SharedTime[], labels: readonly string[]): TimeShares {
  const count = createShareCount(labels);
  segments.forEach(count.add);
  return count.shares();
}

/** @param labels  of the models */
export const withShares = (segments: Segment[], labels: readonly string[]): Utterances => ({
  ...timeShares(segments, labels),
  segments,
});
