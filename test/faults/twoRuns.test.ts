import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { floats, openJournal } from '../../src/data/workers/journal.ts';
import { writeSmallCorpus } from '../data/smallCorpus.ts';
import { runSer } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-two-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('of two builds of the same tables at once, the second waits and then does the same, or is refused in words; the tables are those of a build on its own', async () => {
  const corpus = join(folder, 'corpus');
  writeSmallCorpus(corpus, 6);
  const build = (out: string) =>
    runSer(['features', 'build', '--corpus', corpus, '--copies', '1', '--workers', '1', '--out', join(folder, out)]);
  const runs = await Promise.all([build('both'), build('both'), build('alone')]);
  // Only on a machine so slow that a build of six clips takes ten seconds is one refused.
  const refused = runs.filter(({ code }) => code !== 0);
  for (const { code, stderr } of refused) {
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/is being written by another process: let that one end first/),
    ]);
  }
  expect(refused.length).toBeLessThan(2);
  const content = (out: string) =>
    readdirSync(join(folder, out)).map((name) => [name, readFileSync(join(folder, out, name)).toString('base64')]);
  expect(content('both')).toEqual(content('alone'));
}, 240_000);

test('a journal that another program changes during the run is noticed when it is read, not taken for results', () => {
  const path = join(folder, 'changed.journal');
  const journal = openJournal(
    path,
    'key',
    floats(({ length }) => length === 1),
  );
  journal.add('a', 'stamp', [Float32Array.of(1)]);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"a"', '"b"'));
  expect(() => journal.find('a', 'stamp')).toThrow(expect.objectContaining({ code: 'file' }));
});
