import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import type { Samples } from '../../../../src/train/classifiers/classifier.ts';
import { mlp, type MlpOptions } from '../../../../src/train/classifiers/mlp/mlp.ts';
import { accuracyOf, fitVectors, reopened, samplesOf, shapeOf } from '../vectorModels.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-known-speakers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SPEAKERS = 12;

const options: Partial<MlpOptions> = {
  networks: 1,
  units: 16,
  epochs: 12,
  batchSize: 16,
  learningRate: 0.02,
  inputDropout: 0,
  dropout: 0,
  knownSpeakers: true,
};

/** Voices of known speakers: a feature tells the class only relative to what is usual for the speaker, whom others tell. */
function voices(count: number, seed: string): Samples {
  const usual = createRandom('usual');
  const levels = Array.from({ length: SPEAKERS }, () => usual.between(-8, 8));
  const random = createRandom(seed);
  const rows = Array.from({ length: count }, (_, i) => ({ speaker: i % SPEAKERS, label: random.integer(3) }));
  const vectors = rows.map(({ speaker, label }) => [
    levels[speaker] + label - 1 + 0.2 * random.normal(),
    ...Array.from({ length: SPEAKERS }, (_, i) => (i === speaker ? 2 : 0) + 0.2 * random.normal()),
  ]);
  const samples = samplesOf(vectors, rows.map(({ label }) => label)); // prettier-ignore
  return { ...samples, groups: Uint32Array.from(rows, ({ speaker }) => 100 + speaker) };
}
const train = voices(480, 'train');
const held = voices(240, 'held');

test('it learns what is unusual for a speaker, and recognises the speakers by itself', async () => {
  const known = await fitVectors('mlp', train, options);
  const plain = await fitVectors('mlp', train, { ...options, knownSpeakers: false });
  expect(known.notes).toMatchObject({ speakers: SPEAKERS, rows: 480 });
  expect(accuracyOf(known, held, 3)).toBeGreaterThan(0.95);
  expect(accuracyOf(known, held, 3)).toBeGreaterThan(accuracyOf(plain, held, 3) + 0.1);
  expect(mlp.describe(known as never, { ...options, epochs: 12 } as MlpOptions)).toContain('For the 12 speakers');
});

test('a saved and opened model gives the same probabilities', async () => {
  const fitted = await fitVectors('mlp', train, { ...options, epochs: 4 });
  const { content, open } = await reopened('mlp', fitted, train);
  expect(open().predictProba(held.x)).toEqual(fitted.model.predictProba(held.x));
  expect(content.get('weights.bin')!.length).toBe(2 * (fitted.notes as { weights: number }).weights);
  expect(open().parameters).toBe((fitted.notes as { weights: number }).weights);
  content.set('weights.bin', content.get('weights.bin')!.subarray(2));
  expect(() => mlp.open({ dir: 'model', content }, shapeOf(train))).toThrow(/cut off or of another model/);
});

test('a training that was interrupted gives the same model as one that was not', async () => {
  const whole = await fitVectors('mlp', train, { ...options, epochs: 6 }, { validation: held });
  const checkpoint = join(folder, 'checkpoint');
  const stop = new AbortController();
  const onProgress = ({ done }: { done: number }): void => (done === 3 ? stop.abort() : undefined);
  const context = { validation: held, checkpoint };
  await expect(fitVectors('mlp', train, { ...options, epochs: 6 }, { ...context, signal: stop.signal, onProgress })).rejects.toThrow(); // prettier-ignore
  const resumed = await fitVectors('mlp', train, { ...options, epochs: 6 }, { ...context, resume: true });
  expect(await resumed.model.files()).toEqual(await whole.model.files());
});

test('rows without speakers, or of one alone, are refused', async () => {
  await expect(fitVectors('mlp', { ...train, groups: undefined }, options)).rejects.toThrow(/there are none/);
  const one = { ...train, groups: new Uint32Array(480) };
  await expect(fitVectors('mlp', one, options)).rejects.toThrow(/needs the clips of 2 to 256 speakers; there are 1/);
});
