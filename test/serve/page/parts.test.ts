import { expect, it, vi } from 'vitest';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { createRandom } from '../../../src/random.ts';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import type { PageClip } from '../../../src/serve/page/clips/clip.ts';
import { order } from '../../../src/serve/page/clips/clipTable.ts';
import { magma } from '../../../src/serve/page/sound/colourMap.ts';
import { deviceProblem } from '../../../src/serve/page/device/device.ts';
import { foreignFormat } from '../../../src/serve/page/device/foreignAudio.ts';
import { LIVE_FRAME, liveFeatures } from '../../../src/serve/page/record/liveFeatures.ts';
import { soundPicture } from '../../../src/serve/page/sound/soundPicture.ts';
import { begunAt, utteranceAt } from '../../../src/serve/page/sound/timeline.ts';
import { answerOf, sentencesOf } from '../../../src/serve/page/clips/answer.ts';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { verdictOf } from '../../../src/serve/predict/verdict.ts';
import { type Segment, withShares } from '../../../src/serve/timeline/segment.ts';
import type { Gender } from '../../../src/data/clip.ts';
import { duration, percent, segmentWords, shortVoice, voiceDetail, voiceWords } from '../../../src/serve/page/words.ts';

/** An utterance of two seconds. */
function utterance(start: number, emotion: string, { gender = 'female' as Gender, sure = true } = {}): Segment {
  const values = ravdess.labels.map((one) => (one === emotion ? 0.65 : 0.05));
  const selective = { threshold: sure ? 0.5 : 0.7, reliability: [[0.5, 0.5]] as const, by: 'speaker' as const };
  const verdict = verdictOf(ravdess.labels, values, true, [{ weight: 1, selective }]);
  return { start, end: start + 2, gender, genderProbability: 0.97, ...verdict };
}

const talk = [utterance(0.5, 'calm'), utterance(3, 'angry', { gender: 'male' }), utterance(5, 'calm', { sure: false })];

it('an utterance is the current one while it is spoken, nearly from its beginning; in a pause none is', () => {
  const at = [0, 0.46, 2.4, 2.6, 2.96, 4.9, 5, 7.1].map((moment) => utteranceAt(talk, moment));
  expect(at.map((one) => (one ? talk.indexOf(one) : undefined))).toEqual([undefined, 0, 0, undefined, 1, 1, 2, undefined]); // prettier-ignore
  expect([0, 2.6, 9].map((moment) => begunAt(talk, moment))).toEqual([-1, 0, 2]);
});

it('a long recording is answered by the time of each emotion and voice, what is not sure at the end', () => {
  const result = { utterances: withShares(talk, ravdess.labels) } as ClipResult;
  expect(sentencesOf(answerOf(result))).toEqual([
    '6.0 s of speech.',
    '2.0 s calm, 2.0 s angry, 2.0 s not sure.',
    'Voices: 4.0 s female, 2.0 s male.',
  ]);
  expect(segmentWords(talk[1])).toBe('Male: Angry, 65 %');
  const silent = answerOf({ utterances: withShares([], ravdess.labels) } as unknown as ClipResult);
  expect(silent.headline).toBe('No speech found');
  expect(silent.shares).toBeUndefined();
});

it('rows are sorted by number or by name, those without a value last, equals in their order', () => {
  const clips = ['b10', 'b9', 'a', 'c'].map((name, id) => ({ id, name }) as PageClip);
  const names = (key: (clip: PageClip) => string | number | null, descending = false) =>
    order(clips, { column: { key }, descending }).map(({ name }) => name);
  expect(order(clips, undefined)).toEqual(clips);
  expect(names(({ name }) => name)).toEqual(['a', 'b9', 'b10', 'c']);
  expect(names(({ name }) => name, true)).toEqual(['c', 'b10', 'b9', 'a']);
  const value = ({ id }: PageClip) => [2, null, 10, 2][id];
  expect(names(value)).toEqual(['b10', 'c', 'a', 'b9']);
  expect(names(value, true)).toEqual(['a', 'b10', 'c', 'b9']);
});

it('formats that only a browser decodes are told by their bytes', () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  expect(foreignFormat(bytes('\0\0\0\x20ftypM4A stsd mp4a'))).toBe('M4A (AAC)');
  expect(foreignFormat(bytes('\0\0\0\x20ftypM4A stsd alac'))).toBeUndefined();
  expect(foreignFormat(bytes('\x1a\x45\xdf\xa3\x01A_AAC'))).toBe('Matroska (AAC)');
  expect(foreignFormat(bytes('\x1a\x45\xdf\xa3\x01A_OPUS'))).toBeUndefined();
  expect(foreignFormat(bytes(`OggS${'\0'.repeat(24)}OpusHead`))).toBeUndefined();
  const coreAudio = (codec: string): Uint8Array => bytes(`caff\0\x01\0\0desc${'\0'.repeat(16)}${codec}`);
  expect(foreignFormat(coreAudio('aac '))).toBe('Core Audio');
  expect(foreignFormat(coreAudio('lpcm'))).toBeUndefined();
  for (const own of [
    'RIFF',
    'FORM',
    'fLaC',
    'ID3\x03',
    '\xff\xfb\x90',
    `OggS${'\0'.repeat(24)}\x01vorbis`,
    'hello',
    '',
  ]) {
    expect(foreignFormat(bytes(own))).toBeUndefined();
  }
});

it('live features of a tone: its level, and the centroid where it is', () => {
  const tone = Float32Array.from({ length: LIVE_FRAME }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 1500 * i) / 48_000));
  const { level, centroid, flatness, crossings } = liveFeatures(tone, 48_000);
  expect(level).toBeCloseTo(20 * Math.log10(0.5 / Math.SQRT2), 1);
  expect(centroid).toBeGreaterThan(1400);
  expect(centroid).toBeLessThan(1700);
  expect(flatness).toBeLessThan(0.05);
  expect(crossings).toBeGreaterThan(2900);
  expect(crossings).toBeLessThan(3100);
  expect(liveFeatures(new Float32Array(LIVE_FRAME), 48_000)).toMatchObject({ level: -100, centroid: null });
});

it('colours run from black to nearly white, always brighter', () => {
  const brightness = Array.from({ length: 256 }, (_, value) => magma(value)).map(
    ([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue,
  );
  expect(brightness[0]).toBeLessThan(2);
  expect(brightness[255]).toBeGreaterThan(230);
  for (let i = 8; i < 256; i++) expect(brightness[i]).toBeGreaterThan(brightness[i - 8]);
});

it('lengths as people read them', () => {
  expect([3.44, 59.9, 60, 125.4].map(duration)).toEqual(['3.4 s', '59.9 s', '1:00 min', '2:05 min']);
});

it('a browser without workers or SIMD cannot run the models, and one with both can', () => {
  vi.stubGlobal('Worker', undefined);
  expect(deviceProblem()).toBe('it has no web workers');
  vi.stubGlobal('Worker', () => undefined);
  expect(deviceProblem()).toBeUndefined();
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  expect(deviceProblem()).toBe('its WebAssembly has no SIMD');
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('a spectrogram has its brightest point in sound, however faint, and silence is dark', async () => {
  const tone = (amplitude: number) =>
    encodeWav(
      Float32Array.from({ length: 16_000 }, (_, i) => amplitude * Math.sin(i / 5)),
      16_000,
    );
  for (const amplitude of [0.5, 0.01]) {
    expect(Math.max(...(await soundPicture(tone(amplitude), 'tone.wav')).mel)).toBe(255);
  }
  expect(Math.max(...(await soundPicture(tone(0), 'silence.wav')).mel)).toBe(0);
  const random = createRandom('a quiet room');
  const quiet = (begin: number): number => random.between(-1e-3, 1e-3) + (begin > 8000 ? 0.3 * Math.sin(begin / 5) : 0);
  const { mel, columns } = await soundPicture(encodeWav(Float32Array.from({ length: 16_000 }, (_, i) => quiet(i)), 16_000), 'room.wav'); // prettier-ignore
  expect(Math.max(...mel.subarray(0, Math.floor(0.4 * columns) * 128))).toBeLessThan(32);
});

it('probabilities are whole percents, and never all or nothing', () => {
  expect([0, 0.004, 0.005, 0.631, 0.994, 0.995, 1].map(percent)).toEqual([
    'under 1 %',
    'under 1 %',
    '1 %',
    '63 %',
    '99 %',
    'over 99 %',
    'over 99 %',
  ]);
});

it('a voice is named with its doubt', () => {
  const said = ([0.97, 0.9, 0.89, 0.6, 0.58, null] as const).map((probability) => voiceWords('female', probability));
  const [sure, probable, even] = ['A female voice', 'Probably a female voice', 'A male or a female voice'];
  expect(said).toEqual([sure, sure, probable, probable, even, sure]);
  expect(voiceDetail('female', 0.58)).toBe('58 % female');
  expect([0.97, 0.7, 0.51].map((probability) => shortVoice('male', probability))).toEqual(['Male', 'Probably male', 'Male or female']); // prettier-ignore
});
