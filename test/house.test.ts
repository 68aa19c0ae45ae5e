import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../src');
const paths = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(src, join(entry.parentPath, entry.name)).split(sep).join('/'));
const text = (path: string): string => readFileSync(join(src, path), 'utf8');
const code = paths.filter((path) => path.endsWith('.ts'));

/** The rooms in the order in which data goes through them; each may import those before it. */
const ROOMS = ['onnx', 'features', 'data', 'eval', 'train', 'serve', 'queue', 'commands'];
/** What users import or run. */
const ENTRIES = ['index.ts', 'cli.ts', 'train.ts', 'browser.ts'];
const roomOf = (path: string): number => (path.includes('/') ? ROOMS.indexOf(path.split('/')[0]) : -1);

test('no folder holds more than 15 files', () => {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  expect(counts.size).toBeGreaterThan(50);
  expect([...counts].filter(([, count]) => count > 15)).toEqual([]);
});

test('no file of code is longer than 300 lines', () => {
  const long = code.filter((path) => text(path).trimEnd().split('\n').length > 300);
  expect(long).toEqual([]);
});

test('no import runs up from a room to one after it, nor from what all share into a room', () => {
  let imports = 0;
  const wrong = code.flatMap((path) =>
    [...text(path).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].flatMap(([, specifier]) => {
      imports++;
      const target = join(dirname(path), specifier).split(sep).join('/');
      return ENTRIES.includes(path) || roomOf(target) <= roomOf(path) ? [] : [`${path} imports ${target}`];
    }),
  );
  expect(imports).toBeGreaterThan(1000);
  expect(wrong).toEqual([]);
  const folders = code.filter((path) => path.includes('/')).map((path) => path.split('/')[0]);
  expect([...new Set(folders)].sort()).toEqual(['files', 'messages', ...ROOMS].sort());
});

test.each([
  ['a hash', /createHash\('sha256'\)/, 'sha256.ts'],
  ['the index of the largest value', /indexOf\(Math\.max\(/, 'argmax.ts'],
  ['the digest of a browser', /subtle\.digest/, 'webSha256.ts'],
])('%s is computed in one place', (_what, pattern, place) => {
  const isComment = (line: string): boolean => /^\s*(\*|\/\/)/.test(line);
  const found = code.filter((path) =>
    text(path)
      .split('\n')
      .some((line) => pattern.test(line) && !isComment(line)),
  );
  expect(found).toEqual([place]);
});
