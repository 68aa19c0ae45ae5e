import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { runSer } from '../../runSer.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a folder is said to be of the corpus whose names it has, and what is missing, twice, empty and foreign', async () => {
  mkdirSync(join(folder, 'more'));
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  put('dis-f1-b1.wav', 'one recording');
  put('dis-f1-b2.wav', 'another one');
  put('gio-m1-b1.wav', 'one recording'); // the same bytes under another label
  put('more/dis-f1-b2.flac', 'a second file of a clip');
  put('tri-m2-l1.wav', '');
  put('tri-m2-l2.wav', '/annex/objects/SHA256E-s12345--0123.wav\n');
  put('tri-m2-l3.wav', 'version https://git-lfs.github.com/spec/v1\n');
  symlinkSync(join(folder, 'gone.wav'), join(folder, 'tri-m2-l4.wav'));
  put('holiday.wav', 'a stranger');
  const { code, stdout } = await runSer(['data', 'check', folder, '--json']);
  expect(code).toBe(1);
  const { corpus, clips, problems } = JSON.parse(stdout) as {
    corpus: object;
    clips: number;
    problems: { kind: string; name: string; reason: string }[];
  };
  expect(corpus).toEqual({ name: 'emovo', title: 'EMOVO', size: 588 });
  expect(clips).toBe(3);
  const of = (kind: string): string[] => problems.filter((one) => one.kind === kind).map(({ name }) => name).sort(); // prettier-ignore
  expect(of('empty')).toEqual(['tri-m2-l1.wav', 'tri-m2-l2.wav', 'tri-m2-l3.wav', 'tri-m2-l4.wav']);
  expect(of('duplicate')).toEqual(['gio-m1-b1', 'more/dis-f1-b2.flac']);
  expect(of('foreign')).toEqual(['holiday.wav']);
  expect(of('missing')).toHaveLength(588 - 3 - 4);
  expect(problems).toContainEqual({ kind: 'duplicate', name: 'gio-m1-b1', reason: 'the same bytes as dis-f1-b1' });

  const text = await runSer(['data', 'check', folder]);
  expect(text.stdout).toMatch(/^EMOVO \(emovo\): 3 of its 588 clips\n3 clips of 2 speakers/);
});

test('a folder of no known corpus is refused with what to do, and --name goes before the names', async () => {
  const other = join(folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'call_1.wav'), 'x');
  const unknown = await runSer(['data', 'check', other]);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/has the names of no corpus known here \(RAVDESS, EmoDB, .*`ser data init /);
  const named = await runSer(['data', 'check', folder, '--name', 'emodb']);
  expect(named.stderr).toMatch(/there is no clip of the corpus/);
});
