import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { smallClip } from '../data/smallCorpus.ts';
import { runSer } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-set-aside-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Three clips, the second of which ends every thread that reads it. */
const clips = join(folder, 'corpus');
mkdirSync(join(clips, 'happy'), { recursive: true });
mkdirSync(join(clips, 'sad'));
const names = ['happy/a.wav', 'happy/poison.wav', 'sad/b.wav'].map((name) => join(clips, name));
for (const name of names) writeFileSync(name, smallClip(name));
const NODE_OPTIONS = `--import ${pathToFileURL(join(import.meta.dirname, 'killsWorkers.mjs')).href}`;

describe('a clip that ends every worker that takes it', () => {
  test('is set aside by features build after three workers and named; the other clips are in the table, as without it', async () => {
    const build = (out: string, env = {}) =>
      runSer(
        ['features', 'build', '--data', clips, '--copies', '0', '--workers', '2', '--out', join(folder, out)],
        env,
      );
    const { code, stderr } = await build('tables', { NODE_OPTIONS });
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed: .*poison\.wav: set aside, as its worker died each of 3 times/);
    expect(stderr.match(/set aside/g)).toHaveLength(1);
    const table = readdirSync(join(folder, 'tables')).find((name) => name.endsWith('.parquet'))!;
    expect((await readTable(join(folder, 'tables', table))).clips).toHaveLength(2);

    // Once it no longer does that, the same command computes it alone, and the table is that of an undisturbed run.
    const [again, whole] = [await build('tables'), await build('whole')];
    expect([again.code, whole.code]).toEqual([0, 0]);
    const bytes = (out: string) => readFileSync(join(folder, out, table)).toString('base64');
    expect(bytes('tables')).toBe(bytes('whole'));
  }, 240_000);

  test('is a row with the reason in predict; the other clips are predicted', async () => {
    const words = ['predict', clips, '--gender', 'female', '--format', 'json', '--workers', '2'];
    const { code, stdout } = await runSer(words, { NODE_OPTIONS });
    expect(code).toBe(1);
    const rows = JSON.parse(stdout) as { file: string; error?: string }[];
    expect(rows.map(({ file, error }) => [file, error?.replace(/\(.*/, '')])).toEqual(
      names.map((name) => [
        name,
        name.includes('poison') ? expect.stringContaining('set aside, as its worker died each of 3 times') : undefined,
      ]),
    );
  }, 240_000);
});
