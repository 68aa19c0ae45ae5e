import type { Span } from '../../features/windows.ts';
import { FRAME_SECONDS } from './windows.ts';

/** Names and defaults as in Silero's `get_speech_timestamps` (https://github.com/snakers4/silero-vad, utils_vad.py), except `passages`. */
export interface SpeechSpanOptions {
  /**
   * A recording contains speech if the mean probability reaches `probability` over some passage of `seconds`, or over all of a
   * shorter recording: tunes and beeps trigger the network, but not for long. Chosen on recordings; see docs/speech.md.
   * @default `SPEECH_PASSAGES`
   */
  passages?: readonly Passage[];
  /** Speech begins at a frame with at least this probability. @default 0.5 */
  threshold?: number;
  /** Speech ends at a frame below this, if enough silence follows. @default 0.15 less than the threshold */
  endThreshold?: number;
  /** Seconds; spans of this length or shorter are dropped. @default 0.25 */
  minSpeech?: number;
  /** Seconds; shorter pauses belong to the speech around them. @default 0.1 */
  minSilence?: number;
  /** Seconds added before and after each span, within the recording and the pauses between spans. @default 0.03 */
  padding?: number;
}

export interface Passage {
  seconds: number;
  probability: number;
}

/** A second that is mostly speech, or a word that is very probably speech. */
export const SPEECH_PASSAGES: readonly Passage[] = [
  { seconds: 32 * FRAME_SECONDS, probability: 0.47 },
  { seconds: 12 * FRAME_SECONDS, probability: 0.84 },
];

/**
 * The spans in which somebody speaks or sings; empty if there is no speech.
 * @param probabilities  one per frame of 32 ms, from a detector
 * @param duration  of the recording in seconds; no span ends later
 * @returns in order, without overlap
 */
export function speechSpans(
  probabilities: Float32Array,
  duration: number,
  {
    passages = SPEECH_PASSAGES,
    threshold = 0.5,
    endThreshold = threshold - 0.15,
    minSpeech = 0.25,
    minSilence = 0.1,
    padding = 0.03,
  }: SpeechSpanOptions = {},
): Span[] {
  const holds = ({ seconds, probability }: Passage): boolean =>
    highestMean(probabilities, Math.round(seconds / FRAME_SECONDS)) >= probability;
  if (!passages.some(holds)) return [];
  const spans: Span[] = [];
  const close = (start: number, end: number): void => {
    if (end - start > minSpeech) spans.push({ start, end });
  };
  let start: number | undefined;
  let pause: number | undefined; // frame at which it began
  for (const [frame, probability] of probabilities.entries()) {
    const now = frame * FRAME_SECONDS;
    if (probability >= threshold) {
      pause = undefined;
      start ??= now;
    } else if (start !== undefined && probability < endThreshold) {
      pause ??= now;
      if (now + FRAME_SECONDS - pause >= minSilence) {
        close(start, pause);
        start = pause = undefined;
      }
    }
  }
  if (start !== undefined) close(start, duration);
  return withPadding(spans, duration, padding);
}

/** The largest mean over `count` consecutive values, or over all of them if there are fewer; 0 if there are none. */
function highestMean(values: Float32Array, count: number): number {
  const length = Math.min(count, values.length);
  let [sum, highest] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i] - (i >= length ? values[i - length] : 0);
    if (i >= length - 1) highest = Math.max(highest, sum / length);
  }
  return highest;
}

/** Neighbours that are too close for both paddings share the pause between them. */
function withPadding(spans: readonly Span[], duration: number, padding: number): Span[] {
  const room = (from: Span | undefined, to: Span | undefined): number =>
    from && to ? Math.min(padding, (to.start - from.end) / 2) : padding;
  return spans.map((span, i) => ({
    start: Math.max(0, span.start - room(spans[i - 1], span)),
    end: Math.min(duration, span.end + room(span, spans[i + 1])),
  }));
}

/** Total seconds of speech. */
export const speechSeconds = (spans: readonly Span[]): number =>
  spans.reduce((sum, { start, end }) => sum + end - start, 0);
