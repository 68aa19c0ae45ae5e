import { appendFileSync, mkdtempSync, readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { floats, openJournal as open } from '../../../src/data/workers/journal.ts';

const openJournal = (file: string, key: string, size: number) =>
  open(
    file,
    key,
    floats((lengths) => lengths.join() === String(size)),
  );

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'ser-journal-')), 'table.journal.partial');
});

const a = [Float32Array.of(1, -2.5, 3e-30)];
const b = [Float32Array.of(0.1, 0, 7)];

describe('the journal of an extraction', () => {
  it('gives back what was added, bit for bit, in another run', () => {
    const journal = openJournal(path, 'key', 3);
    expect(journal.find('a', 'stamp')).toBeUndefined();
    journal.add('a', 'stamp', a);
    journal.add('b', 'stamp', b);
    const again = openJournal(path, 'key', 3);
    expect(again.find('a', 'stamp')).toEqual(a);
    expect(again.find('b', 'stamp')).toEqual(b);
  });

  it('drops a line that a kill cut short, keeps those before it, and can be added to', () => {
    const journal = openJournal(path, 'key', 3);
    journal.add('a', 'stamp', a);
    journal.add('b', 'stamp', b);
    truncateSync(path, readFileSync(path).length - 5);
    const again = openJournal(path, 'key', 3);
    expect(again.find('b', 'stamp')).toBeUndefined();
    again.add('b', 'stamp', b);
    const third = openJournal(path, 'key', 3);
    expect([third.find('a', 'stamp'), third.find('b', 'stamp')]).toEqual([a, b]);
  });

  it('forgets clips whose file has changed, and everything when the computation has', () => {
    openJournal(path, 'key', 3).add('a', 'stamp', a);
    expect(openJournal(path, 'key', 3).find('a', 'newer')).toBeUndefined();
    expect(openJournal(path, 'other key', 3).find('a', 'stamp')).toBeUndefined();
    expect(openJournal(path, 'key', 3).find('a', 'stamp')).toBeUndefined();
  });

  it('holds several arrays a clip, of any lengths that fit, in lines longer than what is read at once', () => {
    const values = [new Float32Array(300_000).fill(0.5), Float32Array.of(7)];
    const codec = floats((lengths) => lengths.length === 2);
    open(path, 'key', codec).add('long', 'stamp', values);
    open(path, 'key', codec).add('short', 'stamp', [a[0], b[0]]);
    const again = open(path, 'key', codec);
    expect(again.find('long', 'stamp')!.map((array) => array.length)).toEqual([300_000, 1]);
    expect(again.find('long', 'stamp')![0].every((value) => value === 0.5)).toBe(true);
    expect(again.find('short', 'stamp')).toEqual([a[0], b[0]]);
    expect(openJournal(path, 'key', 3).find('short', 'stamp')).toBeUndefined();
  });

  it('passes over lines that are no entries, and vectors of another length', () => {
    openJournal(path, 'key', 3).add('a', 'stamp', a);
    appendFileSync(path, 'null\n{"id":3}\n\u0000\u0001\n{"id":"c","stamp":"stamp","value":["AAAA"]}\n');
    const again = openJournal(path, 'key', 3);
    expect(again.find('a', 'stamp')).toEqual(a);
    expect(again.find('c', 'stamp')).toBeUndefined();
  });
});
