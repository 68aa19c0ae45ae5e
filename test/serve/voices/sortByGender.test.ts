import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { VoiceOutcome } from '../../../src/serve/voices/classifyVoices.ts';
import { sortVoices } from '../../../src/serve/voices/sortByGender.ts';

const voice = (file: string, label: 'male' | 'female', probability: number): VoiceOutcome => {
  return { file: join('corpus', file), label, probability, logits: [0, 0], warnings: [] };
};
const voices = [
  voice('anna/happy 1.wav', 'female', 0.99),
  voice('anna/sad/2.wav', 'female', 0.6),
  voice('bob/3.wav', 'male', 0.999),
  voice('bob/4.wav', 'female', 0.8),
  { file: join('corpus', 'broken.wav'), error: 'it is empty' },
  voice('loose.wav', 'female', 0.95),
];

test('each clip gets its own gender; what is not probable enough, or unreadable, is to be reviewed', () => {
  const rows = sortVoices(voices, 'corpus');
  expect(rows.map(({ speaker }) => speaker)).toEqual(['anna', 'anna', 'bob', 'bob', '', '']);
  expect(rows.map(({ gender }) => gender)).toEqual(['female', 'female', 'male', 'female', '', 'female']);
  expect(rows.map(({ review }) => review)).toEqual(['', 'unsure', '', 'unsure', 'unreadable: it is empty', '']);
  expect(rows.map(({ emotion }) => emotion)).toEqual(['happy', 'sad', '', '', '', '']);
  expect(rows[1].probability).toBeCloseTo(0.6, 12);
  expect(rows[4].probability).toBeNull();
  expect(sortVoices(voices, 'corpus', { review: 0.5 }).map(({ review }) => review !== '')).toEqual([
    ...[false, false, false, false, true, false],
  ]);
});

test('where a folder is a speaker, its clips share the gender of their mean log odds, and the odd one out is shown', () => {
  const rows = sortVoices(voices, 'corpus', { speakerFolders: true });
  const odds = (Math.log(999) - Math.log(4)) / 2;
  for (const row of rows.slice(2, 4)) {
    expect(row.gender).toBe('male');
    expect(row.probability).toBeCloseTo(1 / (1 + Math.exp(-odds)), 9);
  }
  expect(rows[2].review).toBe('');
  expect(rows[3].review).toBe('sounds female, unlike the others of its folder');
  expect(rows[5]).toMatchObject({ gender: 'female', review: '' }); // clips outside any folder are nobody's
  expect(rows[5].probability).toBeCloseTo(0.95, 9);
});
