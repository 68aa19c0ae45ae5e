import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeTable } from '../../../src/data/tables/tableFile.ts';
import type { Report } from '../../../src/eval/reports/report.ts';
import { runSer } from '../../runSer.ts';
import { syntheticTable } from '../../train/synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-eval-adapt-'));
afterAll(() => rmSync(folder, { recursive: true }));
const words = ['eval', '--protocol', 'statement', '--model', 'pooled', '--classifier', 'svm', '--resamples', '50'];

test('the report, its manifest and what is printed say that the figures are transductive', async () => {
  writeTable(join(folder, 'table.parquet'), syntheticTable(4));
  const out = join(folder, 'report');
  const paths = ['--table', join(folder, 'table.parquet'), '--trainings', join(folder, 'trainings'), '--out', out];
  const { code, stdout } = await runSer([...words, ...paths, '--speaker-adapt', '--speaker-adapt-clips', '4']);
  expect(code).toBe(0);
  const sentence = 'standardised by the statistics of at most 4 test clips of its speaker, itself and others drawn at random, without labels (transductive).'; // prettier-ignore
  expect(stdout).toContain(sentence);
  const read = (name: string): unknown => JSON.parse(readFileSync(join(out, name), 'utf8'));
  expect((read('report.json') as Report).description).toContain(sentence);
  expect(read('manifest.json')).toMatchObject({ options: { speakerAdapt: true, speakerAdaptClips: 4 } });
  expect(readFileSync(join(out, 'report.md'), 'utf8')).toContain(sentence);

  const compared = await runSer(['compare', out, out]);
  expect(compared.stdout).toContain('report, speaker-adapted (transductive)');
}, 240_000);

test('--speaker-adapt-clips needs --speaker-adapt and a whole number; --speaker-adapt needs --model', async () => {
  const refused = async (...given: string[]) => (await runSer([...words, ...given])).stderr;
  expect(await refused('--speaker-adapt-clips', '4')).toContain(
    'must be a whole number, 1 or more, with --speaker-adapt; it is 4',
  );
  expect(await refused('--speaker-adapt', '--speaker-adapt-clips', '0')).toContain('it is 0');
  expect((await runSer(['eval', 'male', '--speaker-adapt'])).stderr).toContain('--speaker-adapt requires --model');
}, 240_000);
