import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { writeTable } from '../../src/data/tables/tableFile.ts';
import { syntheticTable } from './synthetic.ts';
import { SER } from '../runSer.ts';

const work = mkdtempSync(join(tmpdir(), 'ser-determinism-'));
afterAll(() => rmSync(work, { recursive: true }));

/** Trains a model and evaluates it, in processes of their own, by the same commands in a folder of its own. */
async function trainAndEvaluate(name: string): Promise<string> {
  const cwd = join(work, name);
  mkdirSync(cwd);
  const ser = (...words: string[]) => promisify(execFile)(process.execPath, [...SER, ...words], { cwd });
  const data = ['--protocol', 'statement', '--table', join(work, 'table.parquet')];
  const training = ['--fold', 'sentence 2', '--epochs', '3', '--augmented-table', join(work, 'augmented.parquet')];
  await ser('train', 'female', ...data, ...training, '--out', 'models/female');
  await ser('eval', 'female', ...data, '--models', 'models', '--out', 'report');
  return cwd;
}

/** Every file below a folder by its path, without the times that are stated in it: of writing, of the training, and of a clip. */
function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, withoutTimes(readFileSync(join(folder, name), 'latin1'))]));
}

const withoutTimes = (text: string): string =>
  text
    .replace(/"created": "\d{4}-[^"]*Z"/, '')
    .replace(/"(trainingSeconds|seconds|features|model)": [\d.]+/g, '')
    .replace(/^\| (training|features of a clip|prediction of a clip) \|.*$/gm, '');

test('the same seed on the same engine gives every file of a model and of its report again, byte for byte, in another process', async () => {
  writeTable(join(work, 'table.parquet'), syntheticTable());
  writeTable(join(work, 'augmented.parquet'), syntheticTable(10, [1, 2, 3]));
  const [first, second] = await Promise.all(['first', 'second'].map(trainAndEvaluate));
  const [one, other] = [filesOf(first), filesOf(second)];
  expect([...one.keys()]).toEqual(
    expect.arrayContaining([
      'models/female/weights.bin',
      'models/female/bundle.json',
      'report/predictions.csv',
      'report/report.json',
    ]),
  );
  expect([...other.keys()]).toEqual([...one.keys()]);
  expect([...one].filter(([name, text]) => other.get(name) !== text).map(([name]) => name)).toEqual([]);
}, 600_000);
