import type { Span } from '../../../src/features/windows.ts';
import { describe, expect, test } from 'vitest';
import { SPEECH_PASSAGES, speechSeconds, speechSpans, type SpeechSpanOptions } from '../../../src/data/speech/spans.ts';

const FRAME = 0.032;
/** Frames of a probability each: `'.'` 0, `'-'` 0.4, `'x'` 0.9. */
const frames = (text: string): Float32Array => Float32Array.from(text, (sign) => ({ '.': 0, '-': 0.4, x: 0.9 })[sign]!);
const spansOf = (text: string, options: SpeechSpanOptions = {}, duration = text.length * FRAME): number[][] =>
  inFrames(
    speechSpans(frames(text), duration, { passages: [{ seconds: FRAME, probability: 0 }], padding: 0, ...options }),
  );
const inFrames = (spans: readonly Span[]): number[][] =>
  spans.map(({ start, end }) => [start, end].map((seconds) => Number((seconds / FRAME).toFixed(3))));

describe('spans of speech', () => {
  test.each<[string, string, number[][], SpeechSpanOptions?]>([
    ['begin and end with the frames of high probability', '....xxxxxxxxxxxx......', [[4, 16]]],
    ['begin at once where the recording begins with speech', 'xxxxxxxxxxx.....', [[0, 11]]],
    ['are several where pauses are long', 'xxxxxxxxx.....xxxxxxxxxx....', [[0, 9], [14, 24]]], // prettier-ignore
    ['go on over a pause that is too short', 'xxxxx...xxxxx......', [[0, 13]]],
    ['go on over frames that are neither high nor low', 'xxxx-----------xxx.....', [[0, 18]]],
    ['do not begin at frames that are neither high nor low', '----xxxxxxxxxx----', [[4, 18]]],
    ['end where the pause began, whatever follows that is not high', 'xxxxxxxxx.-.-.....', [[0, 9]]],
    ['are none of them shorter than a quarter of a second', '...xxxxxxx.......', []],
    ['are none where nothing is high', '-----------------', []],
    ['may be shorter where that is asked for', '...xxxxxxx.......', [[3, 10]], { minSpeech: 0.1 }],
    ['split at shorter pauses where that is asked for', 'xxxxxxxxx..xxxxxxxxx', [[0, 9], [11, 20]], { minSilence: 0.03 }], // prettier-ignore
    ['follow another threshold, and the lower one with it', '----------', [[0, 10]], { threshold: 0.4 }],
    ['follow another end threshold', 'xxxxxxxxx-----------', [[0, 9]], { endThreshold: 0.45 }],
  ])('%s', (_, text, expected, options) => {
    expect(spansOf(text, options)).toEqual(expected);
  });

  test('there are none in a recording without a frame', () => {
    expect(speechSpans(new Float32Array(0), 0)).toEqual([]);
  });

  test('none ends after the recording', () => {
    expect(speechSpans(frames('xxxxxxxxxxxx'), 0.37)).toEqual([{ start: 0, end: 0.37 }]);
  });

  test('take their padding on both sides, as far as the recording reaches', () => {
    const padding = 2 * FRAME;
    expect(spansOf('....xxxxxxxxx....', { padding })).toEqual([[2, 15]]);
    expect(spansOf('.xxxxxxxxx....', { padding })).toEqual([[0, 12]]);
  });

  test('share a pause that is too short for the padding of both', () => {
    const text = 'xxxxxxxxx....xxxxxxxxx.....';
    expect(spansOf(text, { padding: 3 * FRAME })).toEqual([[0, 11], [11, 25]]); // prettier-ignore
  });

  test.each<[string, string, number[][]]>([
    ['are all taken where one passage has enough of it', 'xxxxxxxxx......xxxxxxxxxxxxxxxxxxxxx', [[0, 9], [15, 36]]], // prettier-ignore
    ['are none where it comes and goes', 'xxxxxxxxx........................xxxxxxxxx.....', []],
    ['may be one word', '....................xxxxxxxxxxxxx....................', [[20, 33]]],
    ['may be short in a recording that is short', 'xxxxxxxxx....', [[0, 9]]],
  ])('%s', (_, text, expected) => {
    expect(spansOf(text, { passages: SPEECH_PASSAGES })).toEqual(expected);
  });

  test('make so many seconds in all', () => {
    expect(speechSeconds([])).toBe(0);
    expect(speechSeconds([{ start: 0.5, end: 1 }, { start: 2, end: 3.25 }])).toBe(1.75); // prettier-ignore
  });
});
