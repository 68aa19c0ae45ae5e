import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseTargets, fuzz } from './fuzz.ts';
import { createInput, TARGETS } from './targets.ts';

test(
  '5,000 damaged files, of every kind that is read, end in a value or a SerError',
  { timeout: 300_000 },
  async () => {
    const { targets, failures } = await fuzz({ inputs: 5000, seed: 7 });
    expect(failures).toEqual([]);
    expect(targets.map(({ target }) => target)).toEqual(TARGETS.map(({ name }) => name));
    expect(targets.reduce((sum, { inputs }) => sum + inputs, 0)).toBeGreaterThanOrEqual(5000);
    for (const { target, inputs, values, errors } of targets) {
      const refused = [...errors.values()].reduce((sum, count) => sum + count, 0);
      expect(values + refused, target).toBe(inputs);
    }
  },
);

test('the same seed, target and number make the same input; others make others', () => {
  for (const target of TARGETS) {
    const inputs = [0, 1, 2].map((input) => createInput(target, input, 7));
    expect(createInput(target, 1, 7)).toEqual(inputs[1]);
    expect(new Set(inputs.map((bytes) => Buffer.from(bytes).toString('base64'))).size, target.name).toBe(3);
    expect(createInput(target, 1, 8)).not.toEqual(inputs[1]);
  }
});

test('what is damaged was sound: every file but a recording, of which some are refused, is read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ser-fuzz-sound-'));
  for (const target of TARGETS.filter(({ digest }) => !digest)) {
    for (const seed of target.seeds()) {
      const outcome = await Promise.resolve(seed)
        .then((bytes) => target.read(bytes, folder))
        .then(() => 'value', String);
      expect(outcome, target.name).toBe('value');
    }
  }
  rmSync(folder, { recursive: true });
});

test('targets are chosen by the beginnings of their names', () => {
  expect(chooseTargets(['cross-validation report', 'CSV'])).toEqual(
    expect.arrayContaining(['cross-validation report: predictions.csv', 'CSV']),
  );
  expect(chooseTargets(['nothing'])).toEqual([]);
});

describe('a reader is found out that', () => {
  test.each([
    ['throws', 8, /^TypeError: Cannot read properties/],
    ['prints', 8, /^it printed "(\d+\\n)+"/],
    ['rejects', 8, /^a promise was rejected: Error: nobody waits/],
    ['remembers', 50, /^after it, or one of the 49 before, sound file 1 is read otherwise/],
    ['dies', 1, /^WorkerLost/],
    ['never ends', 1, /^it does not end within 2 s/],
  ])('%s', { timeout: 60_000 }, async (what, inputs, message) => {
    const { failures } = await fuzz({ inputs, seed: 7, only: [`faulty: ${what}`], workers: 1, limit: 1 });
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) expect(failure.what).toMatch(message);
  });
});
