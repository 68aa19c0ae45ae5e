import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest } from '../../../src/data/sources/manifest.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { classifyVoices } from '../../../src/serve/voices/classifyVoices.ts';
import { importEcapa } from '../../../src/train/gender/ecapa/importEcapa.ts';
import { trainModel } from '../../../src/train/trainModel.ts';
import { syntheticSignal, tinyWeights } from '../../train/ecapaFixtures.ts';
import { runSer } from '../../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-split-'));
const corpus = join(folder, 'corpus');
const model = join(folder, 'tiny.onnx');
const files = ['anna/angry_1', 'anna/angry_2', 'anna/sad_3', 'bob/sad_1', 'bob/sad_2'].map((name) =>
  join(corpus, `${name}.wav`),
);

beforeAll(async () => {
  for (const speaker of ['anna', 'bob']) mkdirSync(join(corpus, speaker), { recursive: true });
  files.forEach((file, i) => writeFileSync(file, encodeWav(syntheticSignal(8000 + 2000 * i), 16_000)));
  await importEcapa(tinyWeights, model);
});
afterAll(() => rmSync(folder, { recursive: true }));

const ser = (...words: string[]) => runSer(words);

test('a folder becomes a manifest, the manifest a table, the table a model', async () => {
  const manifest = join(corpus, 'mine.csv');
  writeFileSync(join(corpus, 'broken.wav'), 'no audio');
  const split = await ser('data', 'split', '--by-gender', corpus, '--out', manifest, '--model', model, '--json');
  expect(split.code).toBe(1); // one file cannot be read
  const { male, female, unreadable, review, rows } = JSON.parse(split.stdout) as Record<string, number> & {
    rows: object[];
  };
  const voices = await classifyVoices(files, model);
  expect({ male, female, unreadable, review }).toEqual({
    male: voices.filter((voice) => 'label' in voice && voice.label === 'male').length,
    female: voices.filter((voice) => 'label' in voice && voice.label === 'female').length,
    unreadable: 1,
    review: 6, // the tiny model, of random weights, is sure of nothing
  });
  expect(rows).toHaveLength(6);
  expect(split.stderr).toMatch(/6 clips: .* 1 unreadable; 6 to review/);
  expect(split.stderr).toMatch(/broken\.wav: unreadable: .*not an audio file/);
  expect(readManifest(manifest).map(({ speaker, emotion }) => `${speaker} ${emotion}`)).toEqual([
    ...['anna angry', 'anna angry', 'anna sad', 'bob sad', 'bob sad', ' '],
  ]);

  // A person has listened: all are right but for the unreadable one.
  const text = readFileSync(manifest, 'utf8')
    .replaceAll(/,unsure$/gm, ',')
    .replaceAll(/,(fe)?male,/g, ',male,');
  writeFileSync(manifest, text);
  const tables = join(folder, 'tables');
  const built = await ser(
    'features',
    'build',
    '--manifest',
    manifest,
    '--out',
    tables,
    '--copies',
    '1',
    '--workers',
    '1',
  );
  expect(built.code).toBe(0);
  expect(built.stderr).toContain('left out');
  const table = await readTable(join(tables, 'mine-librosa186.parquet'));
  expect(table.clips.map(({ id, gender }) => `${id} ${gender}`)).toEqual([
    ...['anna/angry_1 male', 'anna/angry_2 male', 'anna/sad_3 male', 'bob/sad_1 male', 'bob/sad_2 male'],
  ]);

  const augmented = await readTable(join(tables, 'mine-librosa186-augmented.parquet'));
  const out = join(folder, 'model');
  const task = {
    gender: 'male',
    table,
    augmented,
    protocol: 'loso',
    fold: 'speaker bob',
    out,
    command: 'test',
  } as const;
  await trainModel(task, { epochs: 1, validationBy: 'clip', validationFraction: 0.5 });
  const card = readFileSync(join(out, 'MODEL_CARD.md'), 'utf8');
  expect(card).toContain('The corpus `mine`, licence: that of the corpus.');
  expect(card).not.toMatch(/RAVDESS|North American/);
}, 240_000);

test('without --out the manifest goes to standard output; a threshold that is none is wrong usage', async () => {
  const split = await ser('data', 'split', '--by-gender', join(corpus, 'bob'), '--model', model, '--review', '0.5');
  expect(split.code).toBe(0);
  const [header, ...rows] = split.stdout.trimEnd().split('\n');
  expect(header).toBe('file,speaker,gender,emotion,probability,review');
  expect(rows[0]).toMatch(/bob\/sad_1\.wav,,(fe)?male,sad,0\.\d+,$/);
  expect((await ser('data', 'split', '--by-gender', corpus, '--review', '90')).code).toBe(2);
}, 240_000);
