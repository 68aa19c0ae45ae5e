import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { TABLE_PATHS } from '../../../src/data/corpora/corpora.ts';
import { readProtocolTable } from '../../../src/data/tables/tableFile.ts';
import type { Report } from '../../../src/eval/reports/report.ts';
import type { Result } from '../../../src/eval/reports/results.ts';
import { runSer } from '../../runSer.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-score-'));
afterAll(() => rmSync(folder, { recursive: true }));

const score = (protocol: string, path: string, out: string) =>
  runSer(['eval', '--protocol', protocol, '--predictions', path, '--out', out, '--resamples', '20', '--json']);

test('the predictions that the project keeps give the figures of docs/results.json', async () => {
  const out = join(folder, 'kept');
  const { code, stdout } = await score('statement', 'docs/predictions/statement-pair/predictions.csv', out);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Report;
  const results = JSON.parse(readFileSync('docs/results.json', 'utf8')) as Result[];
  // Routing by the gender model depends on what that says today; the report kept what it said then.
  for (const { name: system, parts } of report.systems.filter(({ name }) => name === 'oracle' || name === 'swapped')) {
    const kept = results.find((one) => one.protocol === 'statement' && one.model === 'pair' && one.system === system && one.part === 'combined' && one.metric === 'uar')!; // prettier-ignore
    expect(parts.combined!.figures.uar.mean).toBe(kept.mean);
  }
  expect(report.systems.map(({ name }) => name)).toEqual(['oracle', 'hard', 'soft', 'swapped']);
  expect(existsSync(join(out, 'report.html'))).toBe(true);
});

test('labels of another toolkit: the whole report but calibration, thresholds and temperatures; a lost line is an error', async () => {
  const protocol = getProtocol('emobox-6fold');
  const { clips } = await readProtocolTable(protocol, TABLE_PATHS.original);
  const tested = protocol.folds(clips).flatMap((fold) => fold.test);
  // Everything right but the men's sad clips, which are taken for calm.
  const lines = tested.map(({ id, emotion, gender }) => `${id}.wav,${emotion === 'sad' && gender === 'male' ? 'calm' : emotion}`); // prettier-ignore
  const path = join(folder, 'theirs.csv');
  writeFileSync(path, `${['file,prediction', ...lines].join('\r\n')}\r\n`);
  const out = join(folder, 'theirs');
  const { code, stdout } = await score('emobox-6fold', path, out);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Report;
  const [{ name, parts, gap, uncalibrated, abstention }, ...others] = report.systems;
  expect(others).toEqual([]);
  expect({ name, uncalibrated, abstention, seeds: report.seeds }).toEqual({ name: 'given', uncalibrated: null, abstention: null, seeds: [null] }); // prettier-ignore
  expect(report.kind).toBe('predictions');
  expect(parts.combined!.figures.uar.mean).toBeCloseTo(7.5 / 8, 12);
  expect(gap!.uar.value).toBeCloseTo(1 / 8, 12);
  const text = readFileSync(join(out, 'report.md'), 'utf8');
  expect(text).toContain('each predicted elsewhere.');
  expect(text).toContain('is known only to its makers');
  expect(text).toContain('0.654: HuBERT-base');
  expect(text).not.toMatch(/Selective classification|Temperatures|reliability\.png|NaN|undefined|null/);

  writeFileSync(path, ['file,prediction', ...lines.slice(1)].join('\n'));
  const lost = await score('emobox-6fold', path, join(folder, 'lost'));
  expect(lost.code).toBe(1);
  expect(lost.stderr).toMatch(
    /theirs\.csv: 1 of the 1440 test clips of emobox-6fold have no prediction, such as 03-01-/,
  );
  expect(existsSync(join(folder, 'lost'))).toBe(false);
});
