import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cached } from '../../src/data/embeddings/encoders/frameCache.ts';
import { encodeTable } from '../../src/data/tables/encodeTable.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { floats, openJournal } from '../../src/data/workers/journal.ts';
import { loadBundle } from '../../src/train/bundle/bundle.ts';
import { syntheticTable } from '../train/synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-cut-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lengths of every kind to which a file may be cut: nothing, within its beginning, at every part of its middle, before its last bytes. */
const lengths = (size: number): number[] => {
  const parts = Array.from({ length: 13 }, (_, i) => Math.floor((size * (i + 1)) / 14));
  return [...new Set([0, 1, 3, 4, 7, 8, 12, ...parts, size - 12, size - 8, size - 4, size - 2, size - 1])].filter(
    (length) => length >= 0 && length < size,
  );
};

describe('a file that is cut short, at any place,', () => {
  test('is refused as a table, with the remedy', async () => {
    const bytes = encodeTable(syntheticTable(2));
    const path = join(folder, 'table.parquet');
    for (const length of lengths(bytes.length)) {
      writeFileSync(path, bytes.subarray(0, length));
      await expect(readTable(path), String(length)).rejects.toMatchObject({ name: 'SerError', code: 'table', message: expect.stringContaining('Rebuild it') }); // prettier-ignore
    }
  });

  test('is refused as any of the files of a model', () => {
    const model = join(folder, 'model');
    for (const name of readdirSync('models/female').filter((one) => one !== 'MODEL_CARD.md')) {
      const size = statSync(join('models/female', name)).size;
      for (const length of lengths(size)) {
        cpSync('models/female', model, { recursive: true });
        truncateSync(join(model, name), length);
        // A last line break is no part of what JSON says.
        if (length === size - 1 && name === 'bundle.json') continue;
        expect(() => loadBundle(model), `${name}, ${length}`).toThrow(expect.objectContaining({ name: 'SerError', code: 'model' })); // prettier-ignore
      }
    }
  });

  test('counts as a journal for its whole entries, and the run that goes on ends with the same file', () => {
    const codec = floats((all) => all.join() === '2');
    const path = join(folder, 'whole.journal');
    const values = ['a', 'b', 'c'].map((id, i) => [id, [Float32Array.of(i, 0.1 * i)]] as [string, Float32Array[]]);
    const whole = openJournal(path, 'key', codec);
    for (const [id, value] of values) whole.add(id, 'stamp', value);
    const bytes = readFileSync(path);
    const cut = join(folder, 'cut.journal');
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(cut, bytes.subarray(0, length));
      const journal = openJournal(cut, 'key', codec);
      const known = values.filter(([id]) => journal.has(id, 'stamp')).length;
      expect(known).toBe(Math.max(0, bytes.subarray(0, length).toString().split('\n').length - 2));
      for (const [id, value] of values.slice(known)) journal.add(id, 'stamp', value);
      for (const [id, value] of values) expect(journal.find(id, 'stamp')).toEqual(value);
      expect(readFileSync(cut).equals(bytes)).toBe(true);
    }
  });

  test('counts as missing in a cache of frames: it is computed again and replaced', async () => {
    const cache = { folder: join(folder, 'cache'), limit: 1e6 };
    const signal = Float32Array.of(1, 2, 3);
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    let computed = 0;
    const ask = () => cached(cache, 'key', 2, [signal], async () => (computed++, [values]));
    await ask();
    const name = readdirSync(cache.folder, { recursive: true, encoding: 'utf8' }).find((one) => statSync(join(cache.folder, one)).isFile())!; // prettier-ignore
    const path = join(cache.folder, name);
    const size = statSync(path).size;
    for (let length = 0; length < size; length++) {
      truncateSync(path, length);
      const before = computed;
      expect(await ask()).toEqual([values]);
      expect([computed - before, statSync(path).size]).toEqual([1, size]);
    }
    expect(await ask()).toEqual([values]);
    expect(computed).toBe(size + 1);
  });
});
