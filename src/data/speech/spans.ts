import type { Span } from '../../features/windows.ts';
import { FRAME_SECONDS } from './windows.ts';

/** Named and set as in Silero's `get_speech_timestamps` (https://github.com/snakers4/silero-vad, utils_vad.py), but for the passage. */
export interface SpeechSpanOptions {
  /**
   * A recording has speech in it if the mean probability reaches `probability` over some passage of `seconds`, or over all of a
   * shorter recording: tunes and beeps make the network start, and do not hold it. Chosen on recordings; see docs/speech.md.
   * @default `SPEECH_PASSAGES`
   */
  passages?: readonly Passage[];
  /** Speech begins at a frame of at least this probability. @default 0.5 */
  threshold?: number;
  /** Speech ends at a frame below this, if enough silence follows. @default 0.15 less than the threshold */
  endThreshold?: number;
  /** Seconds; what is not longer is no speech. @default 0.25 */
  minSpeech?: number;
  /** Seconds; a shorter pause belongs to the speech around it. @default 0.1 */
  minSilence?: number;
  /** Seconds that are added before and after each span, as far as the recording and the neighbours leave room. @default 0.03 */
  padding?: number;
}

export interface Passage {
  seconds: number;
  probability: number;
}

/** A second that is speech for the most part, or a word that certainly is. */
export const SPEECH_PASSAGES: readonly Passage[] = [
  { seconds: 32 * FRAME_SECONDS, probability: 0.47 },
  { seconds: 12 * FRAME_SECONDS, probability: 0.84 },
];

/**
 * Where somebody speaks or sings. No span: no speech found.
 * @param probabilities  a frame of 32 ms each, as a detector gives them
 * @param duration  of the recording in seconds; no span ends later
 * @returns in their order, without overlap
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
  let pause: number | undefined; // where it began
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

/** The largest mean over so many values in a row, or over all of them if there are fewer; of none, 0. */
function highestMean(values: Float32Array, count: number): number {
  const length = Math.min(count, values.length);
  let [sum, highest] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i] - (i >= length ? values[i - length] : 0);
    if (i >= length - 1) highest = Math.max(highest, sum / length);
  }
  return highest;
}

/** Neighbours that are too near for both paddings share the pause between them. */
function withPadding(spans: readonly Span[], duration: number, padding: number): Span[] {
  const room = (from: Span | undefined, to: Span | undefined): number =>
    from && to ? Math.min(padding, (to.start - from.end) / 2) : padding;
  return spans.map((span, i) => ({
    start: Math.max(0, span.start - room(spans[i - 1], span)),
    end: Math.min(duration, span.end + room(span, spans[i + 1])),
  }));
}

/** Seconds of speech in all. */
export const speechSeconds = (spans: readonly Span[]): number =>
  spans.reduce((sum, { start, end }) => sum + end - start, 0);
