import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { posteriorsOf, readGenderPosteriors } from '../../../../src/train/gender/voices/genderPosteriors.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-posteriors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = 'corpus,clip,speaker,gender,fold,logit_male,logit_female,temperature';
const path = join(folder, 'table.csv');
const write = (...rows: string[]): string => {
  writeFileSync(path, `${[HEADER, ...rows].join('\n')}\n`);
  return path;
};

test('the probability is the softmax of the logits divided by the temperature; other corpora are passed over', () => {
  write('ravdess,a,01,male,1,2,-1,1', 'ravdess,b,02,female,2,2,-1,3', 'emodb,a,03,female,1,0,9,1');
  const posteriors = readGenderPosteriors(path, 'ravdess');
  expect([...posteriors.keys()]).toEqual(['a', 'b']);
  expect(posteriors.get('a')).toMatchObject({ speaker: '01', gender: 'male', fold: '1' });
  expect(posteriors.get('a')!.maleProbability).toBeCloseTo(Math.exp(2) / (Math.exp(2) + Math.exp(-1)), 12);
  expect(posteriors.get('b')!.maleProbability).toBeCloseTo(Math.E / (Math.E + 1), 12);
  expect(readGenderPosteriors(path, 'other').size).toBe(0);
});

test('a damaged table is refused, and so is one whose folds share a speaker', () => {
  const refused = (...rows: string[]) => expect(() => readGenderPosteriors(write(...rows), 'ravdess'));
  refused('ravdess,a,01,male,1,2,-1,1', 'ravdess,b,01,male,2,2,-1,1').toThrow(/speaker 01 is in the folds 1 and 2/);
  refused('ravdess,a,01,male,1,2,-1,1', 'ravdess,a,01,male,1,2,-1,1').toThrow(/row 2 \(clip a\) occurs twice/);
  refused('ravdess,a,01,boy,1,2,-1,1').toThrow(/the gender "boy"/);
  refused('ravdess,a,01,male,1,,-1,1').toThrow(/invalid logits or an invalid temperature/);
  refused('ravdess,a,01,male,1,2,-1,0').toThrow(/invalid logits or an invalid temperature/);
  refused('ravdess,a,01,male,1,2').toThrow(/has 6 fields; the header has 8/);
  writeFileSync(path, 'id,male\n');
  expect(() => readGenderPosteriors(path, 'ravdess')).toThrow(/its header must be corpus,clip/);
});

test('for clips without posteriors it says what is missing; another speaker under the same name is an error', () => {
  write('ravdess,a,01,male,1,2,-1,1');
  const a = { id: 'a', speaker: '01', gender: 'male' } as const;
  expect(posteriorsOf([a], path, 'ravdess')).toHaveProperty('size', 1);
  expect(posteriorsOf([a], join(folder, 'none.csv'), 'ravdess')).toEqual({
    missing: expect.stringMatching(/no table of gender posteriors at .*none\.csv/),
  });
  expect(posteriorsOf([a, { ...a, id: 'b' }], path, 'ravdess')).toEqual({
    missing: expect.stringMatching(/1 of 2 test clips, such as b, are not in/),
  });
  expect(posteriorsOf([a], path, 'emodb')).toHaveProperty('missing');
  expect(() => posteriorsOf([{ ...a, speaker: '02' }], path, 'ravdess')).toThrow(
    /of speaker 01 \(male\) there, and of 02/,
  );
});
