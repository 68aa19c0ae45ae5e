import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as browser from '../src/browser.ts';
import * as features from '../src/features/index.ts';
import * as library from '../src/index.ts';
import * as training from '../src/train.ts';
import { differences, examplesOf } from './examples.ts';

const root = resolve(import.meta.dirname, '..');
const entries: Record<string, [file: string, module: Record<string, unknown>]> = {
  'gender-ser': ['index.ts', library],
  'gender-ser/train': ['train.ts', training],
  'gender-ser/browser': ['browser.ts', browser],
};
const AsyncFunction = (async () => undefined).constructor as new (
  ...source: string[]
) => (...values: unknown[]) => Promise<void>;

// The models and tables of the project are at hand; what an example writes does not stay.
const workingFolder = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'ser-examples-'));
beforeAll(() => {
  for (const name of ['models', 'data']) symlinkSync(join(root, name), join(folder, name));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(workingFolder);
  rmSync(folder, { recursive: true });
});

/** Pages fetch models and clips: here from the project's folder. */
vi.stubGlobal('fetch', async (address: string) => {
  const path = join(root, address);
  return new Response(
    readdirSync(resolve(path, '..')).includes(address.split('/').at(-1)!) ? readFileSync(path) : null,
  );
});

describe.each(Object.entries(entries))('%s', (_name, [file, module]) => {
  test('every export has an example, which states at least one value', () => {
    const documented = examplesOf(join(root, 'src', file), module);
    const bare = Object.keys(module).filter((name) => !documented.get(name)?.some(({ checks }) => checks > 0));
    expect(bare).toEqual([]);
  });
});

test('there are at most 60 exports in all entries together', () => {
  const counts = Object.values(entries).map(([, module]) => Object.keys(module).length);
  expect(counts.every((count) => count > 5)).toBe(true);
  expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(60);
});

// In scope is what any of these files exports, and rather what the entries do, as after `import { … } from 'gender-ser'`.
const src = join(root, 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => {
  return file.endsWith('.ts') && readFileSync(join(src, file), 'utf8').includes('\n * @example\n');
});
const modules = await Promise.all(files.map((file) => import(join(src, file)) as Promise<Record<string, unknown>>));
const scope = Object.assign({}, ...modules, features, training, library) as Record<string, unknown>;
for (const [i, file] of files.entries()) {
  const own = modules[i];
  for (const [name, examples] of examplesOf(join(src, file), own)) {
    examples.forEach(({ script }, i) => {
      test(`${file}: the example ${i + 1} of ${name} has the values that it states`, async () => {
        const failures: string[] = [];
        const check = (value: unknown, stated: string) => failures.push(...differences(value, stated));
        const load = (from: string) => entries[from]?.[1] ?? import(from);
        const values = { ...scope, ...own };
        await new AsyncFunction('check', 'load', ...Object.keys(values), `{${script}}`)(
          check,
          load,
          ...Object.values(values),
        );
        expect(failures).toEqual([]);
      });
    });
  }
}

test('a value differs from a stated one where a digit that is written does, or an element, or a property', () => {
  expect(differences({ a: 0.1234, b: Float32Array.of(1, 2), c: 'x' }, "{ a: 0.123, b: [1, 2], c: 'x' }")).toEqual([]);
  const wrong = { '0.124': 0.1234, '[1, 2]': [1, 2, 3], '{ a: 1 }': { b: 1 }, NaN: 0, "'x'": 'y', '15': 15.1 };
  for (const [stated, value] of Object.entries(wrong)) expect(differences(value, stated), stated).toHaveLength(1);
});
