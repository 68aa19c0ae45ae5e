import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { writeFileAtomic } from '../../src/files/files.ts';
import { fileOfSet, readFileSet, replaceFileSet, strangersTo } from '../../src/files/fileSet.ts';
import { killAfter, mountAt } from '../killedWriter.ts';

vi.mock('node:fs', async (original) => (await import('../killedWriter.ts')).killableFs(original));

const root = mkdtempSync(join(tmpdir(), 'ser-set-'));
afterAll(() => rmSync(root, { recursive: true }));

const SET = { head: 'head.json', others: () => ['a.bin', 'b.md'] };
const state = (word: string) => new Map(['head.json', 'a.bin', 'b.md'].map((name) => [name, `${name} ${word}`]));
const write = (folder: string, word: string) => replaceFileSet(folder, SET, state(word));
const read = (folder: string) => {
  const files = readFileSet(folder, SET);
  return new Map(Array.from(files, ([name, bytes]) => [name, new TextDecoder().decode(bytes)]));
};

test('a set that is whole has files of their own names only', () => {
  const folder = join(root, 'whole');
  for (const word of ['old', 'new', 'new']) {
    write(folder, word);
    expect(readdirSync(folder).sort()).toEqual(['a.bin', 'b.md', 'head.json']);
    expect(read(folder)).toEqual(state(word));
  }
});

test('wherever the writer is killed, the set is the old one or the new one, each way of reading says so, and the next writer tidies up', async () => {
  const seen: string[] = [];
  for (let changes = 0; ; changes++) {
    const folder = join(root, `killed-${changes}`);
    write(folder, 'old');
    const killed = await killAfter(changes, () => write(folder, 'new'));
    const word = read(folder).get('head.json')!.split(' ')[1];
    expect(read(folder)).toEqual(state(word));
    for (const [name, content] of state(word)) expect(readFileSync(fileOfSet(folder, SET, name), 'utf8')).toBe(content);
    seen.push(word);
    if (!killed) break;
    // Killed again, at another place, and then not.
    await killAfter(2 + (changes % 5), () => write(folder, 'third'));
    const second = read(folder).get('head.json')!.split(' ')[1];
    expect(['third', word]).toContain(second);
    expect(read(folder)).toEqual(state(second));
    write(folder, 'last');
    expect(read(folder)).toEqual(state('last'));
    expect(readdirSync(folder).sort()).toEqual(['a.bin', 'b.md', 'head.json']);
  }
  expect(seen.length).toBeGreaterThan(15);
  const first = seen.indexOf('new');
  expect(
    seen.slice(0, first).every((word) => word === 'old') && seen.slice(first).every((word) => word === 'new'),
  ).toBe(true);
  expect(first).toBeGreaterThan(5);
});

test('where the head names the others, the files that the new set has no more go, and until then the old set is whole', async () => {
  // The head is the list of the others.
  const set = {
    head: 'head',
    alone: true,
    others: (head: () => Uint8Array) => new TextDecoder().decode(head()).split(' '),
  };
  const contentOf = (names: string) => new Map([['head', names], ...names.split(' ').map((name) => [name, `${names}: ${name}`] as const)]); // prettier-ignore
  const [old, next] = ['a.bin common', 'common c.bin'];
  const seen = new Set<string>();
  for (let changes = 0; ; changes++) {
    const folder = join(root, `kinds-${changes}`);
    replaceFileSet(folder, set, contentOf(old));
    const killed = await killAfter(changes, () => replaceFileSet(folder, set, contentOf(next)));
    const files = readFileSet(folder, set);
    const names = new TextDecoder().decode(files.get('head'));
    seen.add(names);
    expect(new Map(Array.from(files, ([name, bytes]) => [name, new TextDecoder().decode(bytes)]))).toEqual(
      contentOf(names),
    );
    expect(strangersTo(set, folder, readdirSync(folder))).toEqual([]);
    replaceFileSet(folder, set, contentOf(next));
    expect(readdirSync(folder).sort()).toEqual(['c.bin', 'common', 'head']);
    if (!killed) break;
  }
  expect([...seen]).toEqual([old, next]);
});

test('the first writing of a set, killed, leaves no set or a whole one', async () => {
  for (let changes = 0; ; changes++) {
    const folder = join(root, `first-${changes}`);
    const killed = await killAfter(changes, () => write(folder, 'new'));
    if (existsSync(join(folder, SET.head))) expect(read(folder)).toEqual(state('new'));
    if (!killed) break;
  }
  expect.hasAssertions();
});

test('other files of the folder stay', () => {
  const folder = join(root, 'others');
  write(folder, 'old');
  for (const name of ['notes.txt', '0123456789abcdef.notes.txt']) writeFileSync(join(folder, name), '');
  write(folder, 'new');
  expect(readdirSync(folder)).toHaveLength(5);
});

test('whoever reads while a process that writes is killed over and over reads a whole set every time', async () => {
  const folder = join(root, 'raced');
  write(folder, '0');
  const code = `import { replaceFileSet } from './src/files/fileSet.ts';
    const names = ['head.json', 'a.bin', 'b.md'];
    const set = { head: names[0], others: () => names.slice(1) };
    for (let i = 0; ; i++) replaceFileSet(${JSON.stringify(folder)}, set, new Map(names.map((name) => [name, name + ' ' + process.pid + '.' + i])));`;
  let reads = 0;
  const words = new Set<string>();
  for (let round = 0; round < 2; round++) {
    const writer = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
    const ended = new Promise((resolve) => writer.on('exit', resolve));
    const known = words.size;
    for (let since = Infinity; performance.now() < since + 100; reads++) {
      const files = read(folder);
      const word = files.get('head.json')!.split(' ')[1];
      expect(files).toEqual(state(word));
      words.add(word);
      if (since === Infinity && words.size > known + 1) since = performance.now();
      if (reads % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    writer.kill('SIGKILL');
    await ended;
  }
  expect(words.size).toBeGreaterThan(3);
}, 60_000);

test('a file that is a mount point is written where it is', () => {
  const path = join(root, 'mounted.txt');
  writeFileSync(path, 'old');
  mountAt(path);
  writeFileAtomic(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(root).filter((name) => name.startsWith('mounted'))).toEqual(['mounted.txt']);
});
