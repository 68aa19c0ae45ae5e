import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { replaceReportFolder } from '../../../src/eval/reports/reportFolder.ts';
import { killAfter, mountAt } from '../../killedWriter.ts';

vi.mock('node:fs', async (original) => (await import('../../killedWriter.ts')).killableFs(original));

const root = mkdtempSync(join(tmpdir(), 'ser-report-'));
afterAll(() => rmSync(root, { recursive: true }));

const report = (word: string) => new Map(['report.json', 'manifest.json', 'figures/a.svg'].map((name) => [name, word]));
const wordIn = (folder: string): string => {
  const words = [...report('').keys()].map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(new Set(words).size).toBe(1);
  return words[0];
};

test('wherever its writer is killed, a whole report is left, old or new, and the next one takes its place', async () => {
  for (let changes = 0; ; changes++) {
    const parent = join(root, `killed-${changes}`);
    const folder = join(parent, 'report');
    replaceReportFolder(folder, report('old'));
    const killed = await killAfter(changes, () => replaceReportFolder(folder, report('new')));
    const kept = existsSync(folder) ? folder : `${folder}.replaced`;
    expect(['old', 'new']).toContain(wordIn(kept));
    // One that fails at once loses nothing either.
    await killAfter(4, () => replaceReportFolder(folder, report('failed')));
    expect(['old', 'new']).toContain(wordIn(existsSync(folder) ? folder : `${folder}.replaced`));
    replaceReportFolder(folder, report('third'));
    expect(wordIn(folder)).toBe('third');
    expect(readdirSync(parent)).toEqual(['report']);
    if (!killed) break;
  }
});

test('a link to a report stays one', () => {
  mkdirSync(join(root, 'elsewhere'));
  symlinkSync('elsewhere', join(root, 'link'));
  replaceReportFolder(join(root, 'link'), report('linked'));
  expect(wordIn(join(root, 'elsewhere'))).toBe('linked');
});

test('a report that is a mount point is written where it is, and what is no part of it any more goes', () => {
  const folder = join(root, 'mounted');
  replaceReportFolder(folder, new Map([...report('old'), ['figures/gone.svg', 'old']]));
  mountAt(folder);
  replaceReportFolder(folder, report('new'));
  expect(wordIn(folder)).toBe('new');
  expect(readdirSync(join(folder, 'figures'))).toEqual(['a.svg']);
});
