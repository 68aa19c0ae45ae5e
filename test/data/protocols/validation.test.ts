import { describe, expect, test } from 'vitest';
import { ravdess, ravdessIds } from '../../../src/data/corpora/ravdess.ts';
import { cutValidation } from '../../../src/data/protocols/validation.ts';
import { createRandom } from '../../../src/random.ts';

const speech = ravdessIds()
  .map(ravdess.parseName)
  .filter((clip) => clip.channel === 'speech');
const cut = (seed: number, by: 'clip' | 'speaker' = 'clip', fraction = 0.1, clips = speech) =>
  cutValidation(clips, { fraction, by, random: createRandom(seed) });

describe('by clip', () => {
  test('the same share of every emotion', () => {
    const { train, validation } = cut(1);
    for (const emotion of ravdess.labels) {
      const of = (part: typeof speech): number => part.filter((clip) => clip.emotion === emotion).length;
      const all = of(speech);
      expect(of(validation)).toBeGreaterThanOrEqual(Math.round(0.1 * all) - 1); // one recording may be two clips
      expect(of(validation)).toBeLessThanOrEqual(Math.round(0.1 * all) + 1);
      expect(of(validation) + of(train)).toBe(all);
    }
  });

  test('the two names of one recording stay together, in any cut', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { validation } = cut(seed, 'clip', 0.5);
      expect(validation.filter((clip) => /^03-01-03-01-02-0[12]-07$/.test(clip.id)).length % 2).toBe(0);
    }
  });
});

test('by speaker: whole speakers, as many of each gender', () => {
  const { train, validation } = cut(5, 'speaker', 0.2);
  const speakers = new Set(validation.map((clip) => clip.speaker));
  const genders = [...speakers].map((speaker) => Number(speaker) % 2);
  expect(genders.filter((gender) => gender === 0)).toHaveLength(2);
  expect(genders.filter((gender) => gender === 1)).toHaveLength(2);
  expect(train.some((clip) => speakers.has(clip.speaker))).toBe(false);
});

test.each(['clip', 'speaker'] as const)('by %s: the seed decides, the order of the clips does not', (by) => {
  const ids = (clips: typeof speech): string[] => clips.map((clip) => clip.id).sort();
  const reversed = [...speech].reverse();
  expect(ids(cut(7, by, 0.15, reversed).validation)).toEqual(ids(cut(7, by, 0.15).validation));
  expect(ids(cut(8, by, 0.15).validation)).not.toEqual(ids(cut(7, by, 0.15).validation));
  expect(cut(7, by, 0.15, reversed).train).toEqual(
    reversed.filter((clip) => !ids(cut(7, by, 0.15).validation).includes(clip.id)),
  );
});

test('a lone speaker of a gender stays in training', () => {
  const few = speech.filter((clip) => ['01', '03', '02'].includes(clip.speaker));
  expect(cut(1, 'speaker', 0.3, few).train.some((clip) => clip.speaker === '02')).toBe(true);
});

test('what cannot be cut is refused', () => {
  expect(() => cut(1, 'clip', 0)).toThrow(/between 0 and 1/);
  expect(() => cut(1, 'clip', 1)).toThrow(/between 0 and 1/);
  expect(() => cut(1, 'clip', 0.2, speech.slice(0, 1))).toThrow(/too few/);
});
