import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createParser } from '../../src/commands/parser.ts';
import { SerError } from '../../src/error.ts';

const root = mkdtempSync(join(tmpdir(), 'ser-out-'));
const file = join(root, 'file');
writeFileSync(file, 'kept');
afterAll(() => rmSync(root, { recursive: true }));

/** What the command throws. The inputs are not there, so that work that begins before the check fails in another way. */
async function errorOf(words: readonly string[]): Promise<unknown> {
  const stop = (error: unknown): never => {
    throw error instanceof Error ? error : new Error(String(error));
  };
  return createParser(words, { name: 'ser', onMistake: stop, onError: stop })
    .parseAsync()
    .then(
      () => undefined,
      (error: unknown) => error,
    );
}

const FILES: readonly [option: string, words: readonly string[]][] = [
  ['--out', ['predict', 'nothing.wav']],
  ['--chart', ['predict', 'nothing.wav']],
  ['--out', ['gender', 'nothing.wav']],
  ['--out', ['gender', 'import', '--weights', 'nothing']],
  ['--out', ['gender', 'download', '--base-url', 'http://127.0.0.1:9']],
  ['--out', ['features', 'extract', 'nothing.wav']],
  ['--out', ['features', 'show', 'nothing.wav']],
  ['--out', ['compare', 'nothing', 'nothing']],
  ['--out', ['data', 'split', '--by-gender', 'nothing']],
];

test.each(FILES)(
  '%s of `ser %s …` refuses a folder, and a place below a file, before any work',
  async (option, words) => {
    const ending = option === '--chart' || words.includes('show') ? '.svg' : '.md';
    const inFolder = ending === '.svg' ? join(root, 'a.svg') : join(root, 'a.md');
    mkdirSync(inFolder, { recursive: true });
    for (const path of [inFolder, join(file, `a${ending}`)]) {
      const error = await errorOf([...words, option, path]);
      expect(error).toBeInstanceOf(SerError);
      expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(/^--(out|chart) .*: .*folder/) });
      expect((error as SerError).message).toContain(`${option} ${path} cannot be written`);
    }
    rmSync(inFolder, { recursive: true });
  },
);

const FOLDERS: readonly [option: string, words: readonly string[]][] = [
  ['--out', ['features', 'build', '--corpus', 'nothing']],
  ['--out', ['eval', 'male', '--models', 'nothing']],
  ['--out', ['eval', '--protocol', 'statement', '--model', 'pair', '--table', 'nothing']],
  ['--out', ['eval', '--protocol', 'statement', '--predictions', 'nothing']],
  ['--trainings', ['eval', '--protocol', 'statement', '--model', 'pair', '--table', 'nothing']],
  ['--out', ['robustness', '--models', 'nothing']],
  ['--out', ['train', 'male', '--table', 'nothing']],
  ['--out', ['reproduce', '--epochs', '1']],
  ['--out', ['train', 'gender', '--short', '--steps', '1']],
  ['--cache', ['train', 'gender', '--corpora', 'nothing']],
  ['--to', ['data', 'download', '--base-url', 'http://127.0.0.1:9']],
];

test.each(FOLDERS)('%s of `ser %s …` refuses a file, and a place below one, before any work', async (option, words) => {
  for (const path of [file, join(file, 'below')]) {
    const error = await errorOf([...words, option, path]);
    expect(error).toBeInstanceOf(SerError);
    expect((error as SerError).message).toContain(`${option} ${path} cannot be written`);
    expect(error).toMatchObject({ code: 'usage' });
  }
});

test('and nothing has been made or changed', () => {
  expect(readdirSync(root).sort()).toEqual(['file']);
});
