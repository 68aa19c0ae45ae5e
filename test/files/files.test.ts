import { execFile, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { checkOutFile, checkOutFolder, isSpecialFile, writeArriving, writeFileAtomic } from '../../src/files/files.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'ser-files-'));
let count = 0;
let folder: string;
beforeEach(() => {
  folder = join(root, String(count++));
  fs.mkdirSync(folder);
});
afterAll(() => fs.rmSync(root, { recursive: true }));

const at = (name: string): string => join(folder, name);
const read = (name: string): string => fs.readFileSync(at(name), 'utf8');
const isRoot = process.getuid?.() === 0;

describe('a file is written', () => {
  test('into folders that are made for it, and nothing is left beside it', () => {
    writeFileAtomic(at('a/b/c.txt'), 'text');
    expect(read('a/b/c.txt')).toBe('text');
    expect(fs.readdirSync(at('a/b'))).toEqual(['c.txt']);
  });

  test('from pieces', () => {
    writeFileAtomic(at('c.bin'), [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)]);
    expect([...fs.readFileSync(at('c.bin'))]).toEqual([1, 2, 3]);
  });

  test('through a link, which stays a link', () => {
    fs.mkdirSync(at('elsewhere'));
    fs.writeFileSync(at('elsewhere/target.txt'), 'old');
    fs.symlinkSync('elsewhere/target.txt', at('link.txt'));
    fs.symlinkSync('link.txt', at('link of a link.txt'));
    writeFileAtomic(at('link of a link.txt'), 'new');
    expect(fs.readlinkSync(at('link.txt'))).toBe('elsewhere/target.txt');
    expect(fs.readlinkSync(at('link of a link.txt'))).toBe('link.txt');
    expect(read('elsewhere/target.txt')).toBe('new');
  });

  test('through a dangling link, to its target', () => {
    fs.symlinkSync('new.txt', at('link.txt'));
    checkOutFile(at('link.txt'));
    writeFileAtomic(at('link.txt'), 'text');
    expect(fs.readlinkSync(at('link.txt'))).toBe('new.txt');
    expect(read('new.txt')).toBe('text');
  });

  test('with the permissions that it had', () => {
    for (const mode of [0o600, 0o640, 0o755, 0o666]) {
      fs.writeFileSync(at('file.txt'), 'old');
      fs.chmodSync(at('file.txt'), mode);
      writeFileAtomic(at('file.txt'), 'new');
      expect(fs.statSync(at('file.txt')).mode & 0o7777).toBe(mode);
    }
    expect(read('file.txt')).toBe('new');
  });

  test('under a name as long as the file system takes', () => {
    const name = `${'é'.repeat(125)}.txt`; // 254 bytes
    writeFileAtomic(at(name), 'text');
    expect(fs.readdirSync(folder)).toEqual([name]);
  });

  test('into a device, which stays one', () => {
    const device = isRoot ? at('null') : '/dev/null';
    if (isRoot) execFileSync('mknod', [device, 'c', '1', '3']);
    checkOutFile(device);
    writeFileAtomic(device, 'text');
    expect(fs.statSync(device).isCharacterDevice()).toBe(true);
    expect(isSpecialFile(device)).toBe(true);
    expect(isSpecialFile(folder)).toBe(false);
  });

  test('into a named pipe, for whoever reads there', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    checkOutFile(at('pipe'));
    const reader = promisify(execFile)('cat', [at('pipe')]);
    writeFileAtomic(at('pipe'), 'text');
    expect((await reader).stdout).toBe('text');
    expect(fs.statSync(at('pipe')).isFIFO()).toBe(true);
  });
});

/** Both ways to write a file. */
const WAYS: [string, (path: string, text: string) => void | Promise<void>][] = [
  ['at once', writeFileAtomic],
  ['in parts that arrive', (path, text) => writeArriving(path, arriving([...text]))],
];

async function* arriving(parts: string[]): AsyncGenerator<string> {
  for (const part of parts) yield await Promise.resolve(part);
}

describe.each(WAYS)('written %s, a file', (_, write) => {
  test('is the target of a link, and keeps its permissions', async () => {
    fs.writeFileSync(at('target'), 'old', { mode: 0o640 });
    fs.symlinkSync('target', at('link'));
    await write(at('link'), 'new');
    expect(fs.readlinkSync(at('link'))).toBe('target');
    expect(read('target')).toBe('new');
    expect(fs.statSync(at('target')).mode & 0o7777).toBe(0o640);
    expect(fs.readdirSync(folder).sort()).toEqual(['link', 'target']);
  });

  test.runIf(isRoot)('that is mounted alone is written where it is', async () => {
    fs.writeFileSync(at('mounted'), 'old and longer');
    execFileSync('mount', ['--bind', at('mounted'), at('mounted')]);
    try {
      await write(at('mounted'), 'new');
      expect(read('mounted')).toBe('new');
      expect(fs.readdirSync(folder)).toEqual(['mounted']);
    } finally {
      execFileSync('umount', [at('mounted')]);
    }
  });

  test('in a folder where nothing can be created is written where it is', async () => {
    fs.writeFileSync(at('file'), 'old and longer');
    fs.chmodSync(root, 0o755);
    fs.chmodSync(at('file'), 0o666);
    fs.chmodSync(folder, 0o555);
    if (isRoot) process.seteuid!('nobody'); // root may write anywhere
    try {
      await write(at('file'), 'new');
    } finally {
      if (isRoot) process.seteuid!(0);
      fs.chmodSync(folder, 0o755);
    }
    expect(read('file')).toBe('new');
  });

  test('that may not be written is refused in words, and stays', async () => {
    fs.writeFileSync(at('file'), 'old');
    fs.chmodSync(at('file'), 0o444);
    // Root may write it all the same, unless it is mounted for reading.
    if (isRoot) execFileSync('mount', ['--bind', '-o', 'ro', at('file'), at('file')]);
    try {
      const refused = Promise.resolve().then(() => write(at('file'), 'new'));
      await expect(refused).rejects.toMatchObject({ code: 'file', message: expect.stringMatching(/file cannot be written: .*(permission|read-only)/) }); // prettier-ignore
    } finally {
      if (isRoot) execFileSync('umount', [at('file')]);
    }
    expect(read('file')).toBe('old');
    expect(fs.readdirSync(folder)).toEqual(['file']);
  });
});

describe('parts that arrive over time', () => {
  test('are a file when all have arrived; if one fails, what was there stays', async () => {
    fs.writeFileSync(at('file'), 'old');
    async function* failing(): AsyncGenerator<string> {
      yield 'new';
      expect(read('file')).toBe('old');
      expect(fs.readdirSync(folder)).toHaveLength(2);
      await Promise.reject(new Error('no more'));
    }
    await expect(writeArriving(at('file'), failing())).rejects.toThrow('no more');
    expect(read('file')).toBe('old');
    expect(fs.readdirSync(folder)).toEqual(['file']);
  });

  test('are no longer asked for when the reader of a pipe has stopped', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const reader = promisify(execFile)('head', ['-c', '3', at('pipe')]);
    let asked = 0;
    async function* endless(): AsyncGenerator<string> {
      for (; asked < 1e4; asked++) yield await new Promise<string>((resolve) => setImmediate(resolve, 'x'.repeat(1e4)));
    }
    await writeArriving(at('pipe'), endless());
    expect((await reader).stdout).toBe('xxx');
    expect(asked).toBeLessThan(1e4);
  });
});

test('Ctrl-C ends a process that waits for the reader of a pipe, and is heard again afterwards', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const code = `import { writeFileAtomic } from './src/files/files.ts';
    process.once('SIGINT', () => process.exit(5));
    console.log('ready');
    writeFileAtomic(${JSON.stringify(at('pipe'))}, 'text');
    process.kill(process.pid, 'SIGINT');
    setTimeout(() => undefined, 10_000);`;
  const start = () => spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
  const ended = (child: ReturnType<typeof start>) => new Promise((resolve) => child.on('exit', (exit, signal) => resolve(exit ?? signal))); // prettier-ignore
  const [alone, read] = [start(), start()];
  await new Promise((resolve) => alone.stdout.once('data', resolve));
  await new Promise((resolve) => read.stdout.once('data', resolve));
  await new Promise((resolve) => setTimeout(resolve, 100));
  alone.kill('SIGINT');
  expect(await ended(alone)).toBe('SIGINT');
  expect(fs.readFileSync(at('pipe'), 'utf8')).toBe('text');
  expect(await ended(read)).toBe(5);
});

describe('a file that cannot be written', () => {
  test('is refused in words, and what stood there stays', () => {
    fs.writeFileSync(at('file'), 'old');
    expect(() => writeFileAtomic(at('file/below.txt'), 'new')).toThrow(
      expect.objectContaining({
        code: 'file',
        message: expect.stringContaining(`${at('file/below.txt')} cannot be written`),
      }),
    );
    expect(() => writeFileAtomic(folder, 'new')).toThrow(/cannot be written: it is a folder/);
    expect(read('file')).toBe('old');
  });

  test('for lack of space leaves the old content, and no half of the new one', () => {
    expect(() => writeFileAtomic('/dev/full', 'text')).toThrow(
      expect.objectContaining({ code: 'file', message: '/dev/full cannot be written: no space is left on the disk.' }),
    );
    fs.writeFileSync(at('file'), 'old');
    // A limit on the size of a file is the full disk that any user can have.
    const code = `import { writeFileAtomic } from './src/files/files.ts';
      process.on('SIGXFSZ', () => {});
      try { writeFileAtomic(${JSON.stringify(at('file'))}, new Uint8Array(100_000)); } catch (error) { console.log(error.code, error.message); }`;
    const command = `ulimit -f 20; exec "$0" --import tsx --input-type=module -e "$1"`;
    const said = execFileSync('bash', ['-c', command, process.execPath, code], { encoding: 'utf8' });
    expect(said).toBe(`file ${at('file')} cannot be written: the file would be too large.\n`);
    expect(fs.readdirSync(folder)).toEqual(['file']);
    expect(read('file')).toBe('old');
  });
});

describe('before any work', () => {
  test.each([
    ['a folder', () => folder, /it is a folder: name a file in it/],
    ['a name that ends as a folder', () => at('new/'), /it is a folder/],
    ['a path below a file', () => at('file/a/b.csv'), /a file, not a folder/],
    ['a path below a device', () => '/dev/null/b.csv', /a file, not a folder/],
    ['a name that is too long', () => at('x'.repeat(300)), /the name is too long/],
    ['a circular link', () => at('circle'), /its links form a cycle/],
    ['a path below a dangling link', () => at('nowhere/a.csv'), /nowhere is a dangling link/],
    ['a folder in which nothing can be made', () => '/proc/a.csv', /\/proc\/a\.csv cannot be written/],
  ])('%s is refused as the place of a file', (_, path, message) => {
    fs.writeFileSync(at('file'), '');
    fs.symlinkSync('circle', at('circle'));
    fs.symlinkSync('nothing', at('nowhere'));
    const before = fs.readdirSync(folder);
    expect(() => checkOutFile(path(), '--chart')).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) })); // prettier-ignore
    expect(() => checkOutFile(path(), '--chart')).toThrow(/^--chart /);
    expect(fs.readdirSync(folder)).toEqual(before);
  });

  test('a file or a device is refused as the place of a folder, and nothing is made', () => {
    fs.writeFileSync(at('file'), '');
    for (const path of [at('file'), at('file/below'), '/dev/null', '/proc/reports'])
      expect(() => checkOutFolder(path)).toThrow(expect.objectContaining({ code: 'usage' }));
    checkOutFolder(at('new/and/deep'));
    checkOutFolder(folder);
    expect(fs.readdirSync(folder)).toEqual(['file']);
  });
});

test('what a killed process left is removed by the next one that writes the file; what a running one writes is not', () => {
  const gone = spawn(process.execPath, ['-e', '']);
  const ended = new Promise((resolve) => gone.on('exit', resolve));
  return ended.then(() => {
    const names = [`file.${gone.pid}-0123abcd.partial`, `file.${process.ppid}-0123abcd.partial`, 'other.partial'];
    for (const name of names) fs.writeFileSync(at(name), 'half');
    writeFileAtomic(at('file'), 'whole');
    expect(fs.readdirSync(folder).sort()).toEqual(['file', names[1], names[2]].sort());
  });
});

test('two processes that write one file at once leave the whole file of one of them', async () => {
  const code = `import { writeFileAtomic } from './src/files/files.ts';
    for (let i = 0; i < 60; i++) writeFileAtomic(process.argv[1], process.argv[2].repeat(200_000));`;
  const command = ['--import', 'tsx', '--input-type=module', '-e', code, at('file')];
  const writers = ['a', 'b'].map((letter) => promisify(execFile)(process.execPath, [...command, letter]));
  let seen = 0;
  const watching = setInterval(() => {
    if (!fs.existsSync(at('file'))) return;
    const text = read('file');
    seen += Number(text === 'a'.repeat(200_000) || text === 'b'.repeat(200_000) ? 1 : NaN);
  }, 5);
  await Promise.all(writers);
  clearInterval(watching);
  expect(seen).toBeGreaterThan(0);
  expect(fs.readdirSync(folder)).toEqual(['file']);
}, 30_000);
