import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import type { Report } from '../../../src/eval/reports/report.ts';
import { createRandom } from '../../../src/random.ts';
import type { Bundle } from '../../../src/train/bundle/bundle.ts';
import { runSer } from '../../runSer.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-own-'));
const env = { SER_TABLES: join(folder, 'tables') };
const out = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Buzzes of four "speakers": joy is high, anger low and rough, boo neither; the louder, the more so. */
function buzz(name: string, hertz: number, rough: number): Uint8Array {
  const random = createRandom(name);
  const pitch = hertz * random.between(0.95, 1.05);
  const samples = Float32Array.from({ length: 8000 }, (_, i) => {
    const phase = (2 * Math.PI * pitch * i) / 16_000;
    return 0.15 * (Math.sin(phase) + Math.sin(2 * phase) / 2 + Math.sin(3 * phase) / 3) + rough * random.normal();
  });
  return encodeWav(samples, 16_000);
}

async function ser(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runSer(words, env);
  expect(code, stderr).toBe(0);
  return stdout;
}

const data = out('calls');
const manifest = join(data, 'manifest.csv');
const trained = ['--data', manifest, '--classifier', 'svm'];

beforeAll(async () => {
  mkdirSync(data);
  for (const speaker of ['f1', 'f2', 'm1', 'm2']) {
    const base = speaker.startsWith('f') ? 220 : 120;
    for (let take = 1; take <= 3; take++) {
      const sounds = { joy: [2 * base, 0.001], ang: [base, 0.08], wistful: [base, 0.001] } as const;
      for (const [emotion, [hertz, rough]] of Object.entries(sounds)) {
        const name = `${speaker}_${emotion}_${take}`;
        writeFileSync(join(data, `${name}.wav`), buzz(name, hertz, rough));
      }
    }
  }
  await ser('data', 'init', data);
  // A person adds what the names do not say: an emotion of nobody's list, and a column.
  const lines = readFileSync(manifest, 'utf8').trimEnd().split('\n');
  const rows = lines
    .slice(1)
    .map((line, i) => `${line.endsWith(',') ? `${line}wistful` : line},${i % 3 === 0 ? 'test' : 'train'}`);
  writeFileSync(manifest, `${lines[0]},set\n${rows.join('\n')}\n`);
  await ser('train', 'pooled', '--all', ...trained, '--out', out('mine/pooled'));
});

test('train --all learns from every clip of a manifest, and its card says that nothing is left to test on', () => {
  const bundle = JSON.parse(readFileSync(out('mine/pooled/bundle.json'), 'utf8')) as Bundle;
  expect(bundle.labels).toEqual(['happy', 'angry', 'wistful']);
  expect([bundle.protocol, bundle.data.clips, bundle.options.augmentation]).toEqual(['all', 36, false]);
  expect(bundle.data.learnt!.speakers).toEqual(['calls/f1', 'calls/f2', 'calls/m1', 'calls/m2']);
  const card = readFileSync(out('mine/pooled/MODEL_CARD.md'), 'utf8');
  expect(card).toContain('**Protocol `all`.** Trained on every clip of calls, for use: no clip is left to test on.');
  expect(card).toContain('There are no test clips.');
  expect(card).toContain('It has learnt from every clip, so that none is left to test on.');
});

describe('finished models on labelled data', () => {
  const report = async (...words: string[]) =>
    JSON.parse(await ser('eval', '--models', out('mine'), ...words, '--resamples', '20', '--json')) as Report;

  test('say that they have learnt from the clips, whatever the data are called', async () => {
    const again = out('again.csv');
    writeFileSync(
      again,
      readFileSync(manifest, 'utf8')
        .replaceAll(/^(?=[fm]\d)/gm, 'calls/')
        .replaceAll(/,[fm]\d,/g, ',someone,'),
    );
    const { kind, notes, labels, overlap, systems } = await report('--data', again, '--out', out('report-again'));
    expect([kind, labels]).toEqual(['data', ['happy', 'angry', 'wistful']]);
    expect(notes).toContain(
      'The pooled model has learnt from all of the 36 clips: its figures on these are not figures of unseen speakers.',
    );
    expect(overlap.recordings).toEqual({ test: 36, shared: 36 });
    expect(systems[0].parts.combined!.n).toBe(36);
    expect(readFileSync(join(out('report-again'), 'report.md'), 'utf8')).toMatch(/^# Finished models on other data\n/);
  });

  test('are scored over the emotions that both have', async () => {
    const { labels, notes, systems } = await report(
      '--data',
      manifest,
      '--map',
      'happy=smug',
      '--out',
      out('report-smug'),
    );
    expect(labels).toEqual(['angry', 'wistful']);
    expect(systems[0].parts.combined!.n).toBe(24);
    expect(notes.join(' ')).toContain('Left out: 12 clips of smug, which the models do not know.');
    expect(notes.join(' ')).toContain(
      "The models' probabilities of happy, which these clips do not have, are left out",
    );
  });

  test('are predicted for, and tested under conditions, by the same --data', async () => {
    const csv = await ser('predict', '--data', manifest, '--models', out('mine'), '--format', 'csv', '--workers', '1');
    expect(csv.trim().split('\n')).toHaveLength(37);
    await ser('robustness', '--models', out('mine'), '--data', manifest, '--clips', '4', '--conditions', 'noise-10', '--resamples', '20', '--out', out('robust')); // prettier-ignore
    const text = readFileSync(join(out('robust'), 'report.md'), 'utf8');
    expect(text).toContain('4 of the 36 test clips were drawn at random');
    expect(text).toContain('The pooled model has learnt from all of the 36 clips');
  });
});

test('a cross-validation by a column of the manifest knows the labels of the data', async () => {
  const words = ['--protocol', 'split-set', '--model', 'pooled', ...trained, '--resamples', '20', '--json'];
  const folders = ['--out', out('split'), '--trainings', out('trainings')];
  const { overlap, systems, labels } = JSON.parse(
    await ser('eval', ...words, '--processes', '1', ...folders),
  ) as Report;
  expect(labels).toEqual(['happy', 'angry', 'wistful']);
  expect(overlap.speakers).toEqual({ test: 4, shared: 4 });
  expect(systems[0].parts.combined!.n).toBe(12);
  expect(systems[0].parts.combined!.figures.uar.mean).toBeGreaterThan(0.6); // chance is a third
});

test('data without a word on what is learnt from, and labels without data, are refused in words', async () => {
  const refused = async (...words: string[]) =>
    (await runSer(['train', 'pooled', ...words, '--out', out('x')], env)).stderr;
  expect(await refused(...trained)).toMatch(/Say what of the data is learnt from: --all, or a --protocol/);
  expect(await refused('--map', 'a=b')).toMatch(/--map and --fill-genders are for --data/);
});

test('a map of two corpora has a report of each pair, over the emotions that both have', async () => {
  const words = ['--data', manifest, '--data', 'emodb', '--classifier', 'svm', '--within', 'k-fold-2'];
  const map = JSON.parse(
    await ser('heat-map', ...words, '--trainings', out('map-trainings'), '--out', out('map'), '--json'),
  ) as { corpora: string[]; cells: { train: string; test: string; uar: number; labels: string[]; clips: number }[]; offDiagonal: number }; // prettier-ignore
  expect(map.corpora).toEqual(['calls', 'emodb']);
  expect(map.cells.map(({ train, test, labels, clips }) => [train, test, labels.length, clips])).toEqual([
    ['calls', 'calls', 3, 36],
    ['calls', 'emodb', 2, 198],
    ['emodb', 'calls', 2, 24],
    ['emodb', 'emodb', 7, 535],
  ]);
  const [own, away, back] = map.cells.map(({ uar }) => uar);
  expect(own).toBeGreaterThan(0.9);
  expect(map.offDiagonal).toBeCloseTo((away + back) / 2, 12);
  expect(readFileSync(out('map/heat-map.md'), 'utf8')).toContain(
    `Mean off the diagonal: ${map.offDiagonal.toFixed(3)}.`,
  );
  expect(readFileSync(out('map/heat-map.png')).subarray(1, 4).toString()).toBe('PNG');
  expect(readFileSync(out('map/emodb-to-calls/report.md'), 'utf8')).toContain('24 test clips');
}, 600_000);
