import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAudio } from '../../src/data/audio/load.ts';
import { TABLE_PATHS } from '../../src/data/corpora/corpora.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { meyda } from '../../src/features/sets/meyda.ts';
import type { ClipOutcome } from '../../src/serve/predict/predictClips.ts';
import { loadBundle } from '../../src/train/bundle/bundle.ts';
import { smallClip, writeSmallCorpus } from '../data/smallCorpus.ts';
import { runSer } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-sets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const table = join(folder, 'tables', 'ravdess-meyda.parquet');
const augmented = join(folder, 'tables', 'ravdess-meyda-augmented.parquet');
const models = join(folder, 'models');
const clip = join(folder, 'clip.wav');

const ser = (...words: string[]) => runSer(words);

const train = (...words: string[]) =>
  ser('train', 'male', '--protocol', 'statement', '--fold', 'sentence 2', '--epochs', '1', '--table', table, ...words);

beforeAll(async () => {
  const corpus = join(folder, 'corpus');
  // Both sentences, every emotion, of one man.
  writeSmallCorpus(corpus, 60, '-01');
  writeFileSync(clip, smallClip('clip'));
  const options = ['--corpus', corpus, '--out', join(folder, 'tables'), '--copies', '1'];
  const { code, stdout, stderr } = await ser('features', 'build', '--features', 'meyda', ...options);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('ravdess-meyda.parquet: 60 rows × 78 features');
});

test('a table of another set than the default remembers which', async () => {
  for (const path of [table, augmented]) {
    const { featureSet, names, clips } = await readTable(path);
    expect({ featureSet, names }).toEqual({ featureSet: 'meyda', names: meyda.names });
    expect(clips).toHaveLength(60);
  }
});

test('a model that is trained on it is given its features to predict', async () => {
  const out = join(models, 'male');
  const { code, stderr } = await train('--augmented-table', augmented, '--out', out);
  expect(code, stderr).toBe(0);
  const { stdout } = await ser('predict', clip, '--models', models, '--gender', 'male', '--format', 'json');
  const [outcome] = JSON.parse(stdout) as Exclude<ClipOutcome, { error: string }>[];

  const model = loadBundle(out);
  expect(model.bundle.features.set).toBe('meyda');
  const expected = model.predictProba(Float32Array.from(meyda.extract(await loadAudio(clip))));
  Object.values(outcome.probabilities).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
});

test('training on one set with the copies of another is refused, with the remedy', async () => {
  const { code, stderr } = await train('--augmented-table', TABLE_PATHS.augmented, '--out', join(folder, 'mixed'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/meyda features, the other librosa186: they cannot be mixed.*--augmented-table/);
});

test('models of different sets are no pair', async () => {
  const other = join(folder, 'pair');
  cpSync(join(models, 'male'), join(other, 'male'), { recursive: true });
  cpSync(join('models', 'reference', 'female'), join(other, 'female'), { recursive: true });
  const { code, stderr } = await ser('predict', clip, '--models', other);
  expect(code).toBe(1);
  expect(stderr).toMatch(/trained on librosa186 features, but its input is meyda/);
});
