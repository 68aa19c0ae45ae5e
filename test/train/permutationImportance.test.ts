import { expect, test } from 'vitest';
import { ravdess } from '../../src/data/corpora/ravdess.ts';
import { blockOf, permutationImportance } from '../../src/train/permutationImportance.ts';
import { syntheticTable } from './synthetic.ts';

const table = {
  ...syntheticTable(),
  names: Array.from({ length: 16 }, (_, i) => (i < 8 ? `used${i}_mean` : `idle${i}`)),
};

/** Knows the emotion by the number of the row, which it reads out of the feature with that name, and looks at nothing else. */
function reader(column: number) {
  return {
    labels: ravdess.labels,
    predictProba: (x: Float32Array) =>
      Float32Array.from({ length: (x.length / 16) * 8 }, (_, i) => {
        const clip = table.clips[x[Math.floor(i / 8) * 16 + column]];
        return Number(ravdess.labels.indexOf(clip.emotion) === i % 8);
      }),
  };
}
const numbered = (column: number) => {
  const values = table.values.slice();
  table.clips.forEach((_, row) => (values[row * 16 + column] = row));
  return { ...table, values };
};

test('a block that nothing depends on keeps every clip right; one that all depends on leaves one of eight', () => {
  const [used, idle] = permutationImportance(reader(3), numbered(3), { seed: 1, repeats: 20 });
  expect([used.block, idle.block]).toEqual(['used', 'idle']);
  expect(idle.hits.map(Math.round)).toEqual(ravdess.labels.map(() => 20)); // of 20 clips each
  const right = used.hits.reduce((a, b) => a + b) / table.clips.length;
  expect(right).toBeGreaterThan(0.08);
  expect(right).toBeLessThan(0.17);
});

test('the same seed gives the same hits', () => {
  const run = (seed: number) => permutationImportance(reader(3), numbered(3), { seed, repeats: 2 });
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

test('blocks are called by what comes before the number', () => {
  expect(['mfcc39_median', 'zcr_std', 'gender', 'mel_max'].map(blockOf)).toEqual(['mfcc', 'zcr', 'gender', 'mel']);
});
