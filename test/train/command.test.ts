import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTable } from '../../src/data/tables/tableFile.ts';
import type { Bundle } from '../../src/train/bundle/bundle.ts';
import { syntheticTable } from './synthetic.ts';
import { SER } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-train-'));
const table = join(folder, 'table.parquet');
const augmented = join(folder, 'augmented.parquet');

beforeAll(() => {
  writeTable(table, syntheticTable());
  writeTable(augmented, syntheticTable(10, [1, 2, 3]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const args = (out: string, ...more: string[]): string[] =>
  [...SER, 'train', 'female', '--protocol', 'statement', '--fold', 'sentence 2', '--epochs', '20', '--threads', '1',
    '--table', table, '--augmented-table', augmented, '--out', join(folder, out), ...more]; // prettier-ignore

/** Runs the command and sends it the signal once it has written a checkpoint. */
function interrupted(out: string, signal: NodeJS.Signals): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args(out));
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const wait = setInterval(() => {
      if (!existsSync(join(folder, out, '.checkpoint', 'fit.checkpoint'))) return;
      clearInterval(wait);
      child.kill(signal);
    }, 20);
    child.on('close', (code) => {
      clearInterval(wait);
      resolve({ code, stderr });
    });
  });
}

test('Ctrl-C ends with 130 and says how to go on; --resume gives the model of an uninterrupted run', async () => {
  const run = promisify(execFile);
  const whole = await run(process.execPath, args('whole', '--json'));
  const { code, stderr } = await interrupted('cut', 'SIGINT');
  expect(code).toBe(130);
  expect(stderr).toMatch(/add --resume to the same command/);
  expect(existsSync(join(folder, 'cut', 'bundle.json'))).toBe(false);
  const { stdout } = await run(process.execPath, args('cut', '--resume'));
  expect(stdout).toMatch(/cut: female, statement, 8 validation clips: accuracy [01]\.\d{3}, UAR [01]\.\d{3}\n$/);

  for (const name of ['weights.bin', 'model.json']) {
    const [a, b] = ['whole', 'cut'].map((out) => readFileSync(join(folder, out, name)));
    expect(Buffer.compare(a, b), name).toBe(0);
  }
  const [bundle, uncut] = ['cut', 'whole'].map((out) => JSON.parse(readFileSync(join(folder, out, 'bundle.json'), 'utf8')) as Bundle); // prettier-ignore
  expect(JSON.parse(whole.stdout)).toEqual(uncut);
  // Times differ, and that of an interrupted training is not known.
  expect({ ...bundle, cost: undefined }).toEqual({ ...uncut, cost: undefined });
  expect(bundle.cost).toMatchObject({ parameters: uncut.cost!.parameters, bytes: uncut.cost!.bytes });
  expect([uncut.cost!.trainingSeconds, bundle.cost!.trainingSeconds]).toEqual([expect.any(Number), undefined]);
  expect(bundle.temperature, 'fitted, on the validation clips').not.toBe(1);
  expect(readFileSync(join(folder, 'cut', 'MODEL_CARD.md'), 'utf8')).toContain(
    `calibrated by a temperature of ${bundle.temperature.toFixed(3)}`,
  );
});

test('pooled: one model from the clips of both genders', async () => {
  const words = args('both', '--epochs', '1', '--json').map((word) => (word === 'female' ? 'pooled' : word));
  words.splice(words.indexOf('20') - 1, 2); // the epochs that all others take
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { gender, data } = JSON.parse(stdout) as { gender: string; data: { clips: number } };
  expect({ gender, clips: data.clips }).toEqual({ gender: 'combined', clips: 80 });
});

test('wrong options are refused with 2, a fold that is not there by name', async () => {
  const run = promisify(execFile);
  const refused = async (option: string, value: string): Promise<{ code: number; stderr: string }> => {
    const words = args('refused');
    words[words.indexOf(option) + 1] = value;
    return run(process.execPath, words).then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
  };
  expect(await refused('--epochs', '0')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/`epochs` must be 1 or more; it is 0/),
  });
  expect(await refused('--fold', 'sentence 3')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/"sentence 1", "sentence 2"/),
  });
});
