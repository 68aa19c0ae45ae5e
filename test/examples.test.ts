import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as features from '../src/features/index.ts';
import * as library from '../src/index.ts';
import { differences, examplesOf } from './examples.ts';

const root = resolve(import.meta.dirname, '..');
const modules: Record<string, Record<string, unknown>> = { 'gender-ser': library, 'gender-ser/features': features };
const documented = new Map([
  ...examplesOf(join(root, 'src/index.ts'), library),
  ...examplesOf(join(root, 'src/features/index.ts'), features),
]);
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

test('every public function has an example, which states at least one value', () => {
  expect(documented.size).toBeGreaterThan(80);
  const bare = [...documented].filter(([, examples]) => !examples.some(({ checks }) => checks > 0));
  expect(bare.map(([name]) => name)).toEqual([]);
});

// Every export is in scope, as after `import { … } from 'gender-ser'`.
const scope = { ...features, ...library };
for (const [name, examples] of documented) {
  examples.forEach(({ script }, i) => {
    test(`the example ${i + 1} of ${name} has the values that it states`, async () => {
      const failures: string[] = [];
      const check = (value: unknown, stated: string) => failures.push(...differences(value, stated));
      const load = (from: string) => modules[from] ?? import(from);
      await new AsyncFunction('check', 'load', ...Object.keys(scope), script)(check, load, ...Object.values(scope));
      expect(failures).toEqual([]);
    });
  });
}

test('a value differs from a stated one where a digit that is written does, or an element, or a property', () => {
  expect(differences({ a: 0.1234, b: Float32Array.of(1, 2), c: 'x' }, "{ a: 0.123, b: [1, 2], c: 'x' }")).toEqual([]);
  const wrong = { '0.124': 0.1234, '[1, 2]': [1, 2, 3], '{ a: 1 }': { b: 1 }, NaN: 0, "'x'": 'y', '15': 15.1 };
  for (const [stated, value] of Object.entries(wrong)) expect(differences(value, stated), stated).toHaveLength(1);
});
