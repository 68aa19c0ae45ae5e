import { expect, test } from 'vitest';
import { counted, sentence } from '../src/words.ts';

test('a count agrees with its noun', () => {
  expect([0, 1, 2].map((count) => counted(count, 'clip'))).toEqual(['0 clips', '1 clip', '2 clips']);
});

test('a sentence has one full stop, and none behind a question', () => {
  expect(['it is gone', 'it is gone.', 'is it gone?'].map(sentence)).toEqual(['it is gone.', 'it is gone.', 'is it gone?']); // prettier-ignore
});
