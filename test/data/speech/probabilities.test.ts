import { expect, test } from 'vitest';
import { speechProbabilities } from '../../../src/data/speech/probabilities.ts';

test('speech in a signal is sought once, in a copy of it again, and by every detector', async () => {
  const sought: Float32Array[] = [];
  const detector = {
    probabilities: (signal: Float32Array): Promise<Float32Array> => {
      sought.push(signal);
      return Promise.resolve(Float32Array.of(signal.length));
    },
  };
  const signal = new Float32Array(512);
  const first = await speechProbabilities(detector, signal);
  expect(await speechProbabilities(detector, signal)).toBe(first);
  expect(sought).toHaveLength(1);
  await speechProbabilities(detector, signal.slice());
  await speechProbabilities({ ...detector }, signal);
  expect(sought).toHaveLength(3);
});
