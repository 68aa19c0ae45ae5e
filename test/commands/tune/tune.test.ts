import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeTable } from '../../../src/data/tables/tableFile.ts';
import { parseCsv } from '../../../src/files/csv.ts';
import type { Tuning } from '../../../src/train/tune/tuning.ts';
import { runSer, startSer } from '../../runSer.ts';
import { syntheticTable } from '../../train/synthetic.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-tune-command-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [table, out, trainings] = ['table.parquet', 'out', 'trainings'].map((name) => join(folder, name));
beforeAll(() => writeTable(table, syntheticTable(8)));

const data = ['--classifier', 'forest', '--table', table];
const words = (more: readonly string[] = []): string[] =>
  ['tune', '--protocol', 'statement', ...data, '--trees', '2000', '--space', 'min-leaf=log:1:9', '--trials', '3', '--inner-folds', '2', '--trainings', trainings, '--out', out, ...more]; // prettier-ignore

test('Ctrl-C keeps finished trials; the same command goes on, and `ser eval --tuned` scores what it chose', async () => {
  const stored = () => (existsSync(trainings) ? readdirSync(trainings).filter((name) => name.endsWith('.json')) : []);
  const cut = startSer(words(['--processes', '1']));
  await expect.poll(() => stored().length, { timeout: 120_000, interval: 20 }).toBeGreaterThan(0);
  cut.kill('SIGINT');
  expect(await cut.code).toBe(130);
  expect(cut.stderr()).toMatch(/stopped; the same command continues from here/);
  expect(existsSync(join(out, 'tuning.json'))).toBe(false);
  const before = stored().length;
  expect(before).toBeLessThan(6);

  const { code, stdout, stderr } = await runSer(words());
  expect(code, stderr).toBe(0);
  expect(stored()).toHaveLength(6); // 3 candidates in 2 folds
  expect(stderr).toMatch(new RegExp(`\\b${before}/6`));
  expect(stdout).toMatch(/^sentence 1\ntrial +UAR +sd +log loss +seconds +min-leaf\n/);
  expect(stdout).toMatch(
    /\nchosen, on training clips alone:\nsentence 1: --trees 2000( --min-leaf [\d.]+)?\nsentence 2: /,
  );
  expect(stdout).toContain(`score them on the test clips: npm run -s ser -- eval --protocol=statement --model=pooled --classifier=forest --table=${table} --tuned=${out}`); // prettier-ignore

  const tuning = JSON.parse(readFileSync(join(out, 'tuning.json'), 'utf8')) as Tuning;
  expect(tuning.folds.map(({ name, trials }) => [name, trials.length])).toEqual([['sentence 1', 3], ['sentence 2', 3]]); // prettier-ignore
  for (const { options, trials } of tuning.folds) expect(options).toEqual({ trees: 2000, ...trials[0].options });
  const [head, ...rows] = parseCsv(readFileSync(join(out, 'trials.csv'), 'utf8'));
  expect(head).toEqual(['fold', 'rank', 'trial', 'minLeaf', 'share', 'uar', 'uar sd', 'uar inner 1', 'uar inner 2', 'log loss', 'seconds']); // prettier-ignore
  expect(rows.map(([fold, rank]) => `${fold} ${rank}`)).toEqual([1, 2].flatMap((of) => [1, 2, 3].map((rank) => `sentence ${of} ${rank}`))); // prettier-ignore
  expect(rows.find(([, , trial]) => trial === '1')![3]).toBe('1');
  expect(readFileSync(join(out, 'figures', 'trials.svg'), 'utf8')).toMatch(/^<svg/);

  const score = (...more: string[]) =>
    runSer(['eval', '--protocol', 'statement', '--model', 'pooled', ...data, '--tuned', out, '--out', join(folder, 'report'), '--trainings', trainings, '--resamples', '20', ...more]); // prettier-ignore
  const scored = await score();
  expect(scored.code, scored.stderr).toBe(0);
  const manifest = JSON.parse(readFileSync(join(folder, 'report', 'manifest.json'), 'utf8')) as { options: { tuned: object } }; // prettier-ignore
  expect(manifest.options.tuned).toEqual(Object.fromEntries(tuning.folds.map(({ name, options }) => [name, options])));
  const both = await score('--trees', '9');
  expect([both.code, both.stderr]).toEqual([
    2,
    'error: --tuned names all options of the classifier: leave out --trees.\n',
  ]);
});

test.each([
  [['--trials', '0'], /--trials must be a whole number, 1 or more; it is 0/],
  [['--space', 'epochs=1:9'], /the classifier forest has no such option/],
  [['--fold', 'sentence 9'], /statement has no fold "sentence 9"; it has "sentence 1", "sentence 2"/],
])('%j is refused before anything is trained', async (more, message) => {
  const given = words().filter((word, i, all) => word !== more[0] && all[i - 1] !== more[0]);
  const { code, stderr } = await runSer([...given, ...more]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
