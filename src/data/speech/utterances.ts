import { SerError } from '../../error.ts';
import type { Span } from '../../features/windows.ts';
import { SPEECH_PASSAGES } from './spans.ts';
import { FRAME_SECONDS } from './windows.ts';

/** How speech is cut into utterances; all in seconds. */
export interface UtteranceOptions {
  /** A pause of this length ends an utterance. @default 0.4 */
  pause?: number;
  /** A shorter utterance is joined with the next one, if that begins within `join`. @default 1 */
  shortest?: number;
  /** Pause up to which a short utterance waits for the next one. @default 1 */
  join?: number;
  /**
   * A longer utterance is cut in its second half, where speech is least likely. The models were trained on clips of 3 to 5 s.
   * @default 6
   */
  longest?: number;
  /** Sound that is added before and after an utterance, as far as the pauses go. @default 0.1 */
  padding?: number;
}

export const UTTERANCE_DEFAULTS = {
  pause: 0.4,
  shortest: 1,
  join: 1,
  longest: 6,
  padding: 0.1,
} as const satisfies Required<UtteranceOptions>;

/** Probabilities at which speech begins and ends, as in `speechSpans`. */
const [BEGINS, ENDS] = [0.5, 0.35];

/** Frames over which the least likely speech is looked for, 0.1 s: a single improbable frame is no pause. */
const LULL = 3;

/** Cuts the probabilities of speech into utterances, frame by frame. */
export interface UtteranceCutter {
  /** @returns the utterances that are known to have ended */
  push(probabilities: Float32Array): Span[];
  /** @param seconds  length of the sound; no utterance ends later @returns the last utterance, if one is still going on */
  end(seconds: number): Span[];
  /** The utterance that is going on, up to the last frame, as it would be cut now. */
  current(): Span | undefined;
  /** Sound before this moment is not needed any more, in seconds. */
  needed(): number;
}

/** An utterance that has begun: frames, counted from the beginning of the sound. */
interface Begun {
  start: number;
  /** The frame after the last one with speech. */
  end: number;
  /** Whether the last frame was speech. */
  speaking: boolean;
  /** Of the frames from `start` on. */
  probabilities: number[];
}

/**
 * @throws {SerError} `usage` for options that are no lengths, or contradict each other
 * @example
 * const cutter = createUtteranceCutter();
 * const spoken = (seconds) => new Float32Array(seconds / 0.032).fill(0.9);
 * const silent = (seconds) => new Float32Array(seconds / 0.032);
 * const utterances = [silent(1.6), spoken(3.2), silent(1.6), spoken(1.6)].flatMap((part) => cutter.push(part));
 * [...utterances, ...cutter.end(8)] // → [{ start: 1.5, end: 4.9 }, { start: 6.3, end: 8 }]
 */
export function createUtteranceCutter(options: UtteranceOptions = {}): UtteranceCutter {
  const { pause, shortest, join, longest, padding } = checked(options);
  const frames = (seconds: number): number => Math.round(seconds / FRAME_SECONDS);
  const [pauseFrames, joinFrames, mostFrames] = [Math.max(1, frames(pause)), frames(join), frames(longest)];
  let at = 0;
  let begun: Begun | undefined;
  /** End of the last utterance, with its padding. */
  let taken = 0;
  const starts = (frame: number): number => Math.max(taken, frame * FRAME_SECONDS - padding);

  /** Ends the utterance; the sound after `end` is left to what follows. */
  function close({ start, end, probabilities }: Begun, seconds: number, tail = padding): Span[] {
    begun = undefined;
    if (!isSpeech(probabilities.slice(0, end - start))) return [];
    const span = { start: starts(start), end: Math.min(seconds, end * FRAME_SECONDS + tail) };
    taken = span.end;
    return [span];
  }

  /** Cuts a long utterance in two, of which the second goes on. */
  function split(long: Begun): Span[] {
    const { start, probabilities } = long;
    const cut = leastLikely(probabilities, Math.floor(mostFrames / 2));
    const first = close({ ...long, end: start + cut }, Infinity, 0);
    begun = { ...long, start: start + cut, probabilities: probabilities.slice(cut) };
    taken = Math.max(taken, begun.start * FRAME_SECONDS);
    return first;
  }

  function take(probability: number): Span[] {
    if (!begun) {
      if (probability >= BEGINS) begun = { start: at, end: at + 1, speaking: true, probabilities: [probability] };
      at++;
      return [];
    }
    at++;
    begun.probabilities.push(probability);
    begun.speaking = probability >= (begun.speaking ? ENDS : BEGINS);
    if (begun.speaking) begun.end = at;
    const silent = at - begun.end;
    const isShort = (begun.end - begun.start) * FRAME_SECONDS < shortest;
    if (silent >= (isShort ? Math.max(pauseFrames, joinFrames) : pauseFrames)) return close(begun, Infinity);
    return begun.end - begun.start >= mostFrames ? split(begun) : [];
  }

  return {
    push: (probabilities) => Array.from(probabilities, take).flat(),
    end: (seconds) => (begun ? close(begun, seconds) : []),
    current: () => begun && { start: starts(begun.start), end: at * FRAME_SECONDS },
    needed: () => starts(begun?.start ?? at),
  };
}

function checked(options: UtteranceOptions): Required<UtteranceOptions> {
  const given = { ...UTTERANCE_DEFAULTS, ...options };
  for (const [name, seconds] of Object.entries(given)) {
    if (Number.isFinite(seconds) && seconds >= 0) continue;
    throw new SerError('usage', `${name} is ${seconds} s; it must be 0 or more.`);
  }
  const { shortest, longest } = given;
  if (longest < 2 || longest < 2 * shortest) {
    throw new SerError('usage', `The longest utterance cannot be ${longest} s: give at least 2 s, and twice the shortest (${shortest} s).`); // prettier-ignore
  }
  return given;
}

/** The frame from `from` on around which speech is least likely; the first of several. */
function leastLikely(probabilities: readonly number[], from: number): number {
  let [lowest, found] = [Infinity, from];
  for (let frame = from; frame + LULL <= probabilities.length; frame++) {
    const sum = probabilities.slice(frame, frame + LULL).reduce((total, one) => total + one, 0);
    if (sum < lowest) [lowest, found] = [sum, frame + Math.floor(LULL / 2)];
  }
  return found;
}

/** Whether speech is probable for long enough, as for a whole recording: a tune or a beep raises it for a moment only. */
function isSpeech(probabilities: readonly number[]): boolean {
  return SPEECH_PASSAGES.some(({ seconds, probability }) => {
    const length = Math.round(seconds / FRAME_SECONDS);
    let [sum, highest] = [0, 0];
    probabilities.forEach((one, i) => {
      sum += one - (i >= length ? probabilities[i - length] : 0);
      highest = Math.max(highest, sum / length);
    });
    return highest >= probability;
  });
}
