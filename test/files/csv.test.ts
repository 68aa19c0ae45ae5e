import { describe, expect, test } from 'vitest';
import { parseCsv, toCsv } from '../../src/files/csv.ts';
import { createRandom } from '../../src/random.ts';

describe('a spreadsheet', () => {
  test.each(['=1+1', '+SUM(A1)', '-2+3', '@cmd', '=HYPERLINK("http://x")', '\t=1', '\r=1', '＝1+1', '-', '-a.wav'])(
    'is given no formula by %j',
    (text) => expect(toCsv([[text]])).toMatch(/^"?'/),
  );

  test.each(['-0.5', '+3', '-1e-7', '-.5', '1e5', 'a=b', 'my-clip.wav', "it's", "'quoted'", '', '😀'])(
    'is given %j as it is',
    (text) => expect(toCsv([[text]])).toBe(`${text}\n`),
  );

  test('is given numbers as numbers', () => {
    expect(toCsv([[-0.5, 1e-7, -Infinity, -0]])).toBe('-0.5,1e-7,-Infinity,0\n');
  });

  test('that separates by semicolons or tabs finds no further cell', () => {
    expect(toCsv([['a;=1+1', 'b\t=1']])).toBe('"a;=1+1","b\t=1"\n');
  });
});

test('what is read is what was written, whatever it is', () => {
  const random = createRandom('csv');
  const pieces = [
    '=',
    '+',
    '-',
    '@',
    "'",
    '"',
    ',',
    ';',
    '\t',
    '\r',
    '\n',
    ' ',
    '1',
    '.5',
    'e3',
    'a',
    '＝',
    'ö',
    '\uFEFF',
  ];
  const text = (): string =>
    Array.from({ length: random.integer(5) }, () => pieces[random.integer(pieces.length)]).join('');
  for (let i = 0; i < 3000; i++) {
    const rows = Array.from({ length: 2 }, () => ['x', text(), text(), text()]);
    expect(parseCsv(toCsv(rows))).toEqual(rows);
    expect(parseCsv(toCsv([['x', '-0.5'], ...rows]))).toEqual([['x', '-0.5'], ...rows]);
  }
});

test('exact CSV is without apostrophes', () => expect(toCsv([['=a', '-b']], { exact: true })).toBe('=a,-b\n'));
