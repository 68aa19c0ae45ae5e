import { expect, test } from 'vitest';
import { piecesOf } from '../../src/files/pieces.ts';
import { sha256 } from '../../src/sha256.ts';

const numbers = Uint16Array.from({ length: 10 }, (_, i) => i).subarray(2);

test('the pieces of an array are its bytes, in order', () => {
  const pieces = [...piecesOf(numbers, 6)];
  expect(pieces.map(({ length }) => length)).toEqual([6, 6, 4]);
  expect(Buffer.concat(pieces)).toEqual(Buffer.from(numbers.slice().buffer));
  expect(sha256(pieces)).toBe(sha256(numbers));
});

test('an array of one size or less is one piece, an empty one none', () => {
  expect([...piecesOf(numbers)]).toHaveLength(1);
  expect([...piecesOf(numbers, 16)]).toHaveLength(1);
  expect([...piecesOf(new Uint8Array())]).toHaveLength(0);
});

test('pieces are views: what is written to them is in the array', () => {
  const bytes = new Uint8Array(5);
  for (const piece of piecesOf(bytes, 2)) piece.fill(7);
  expect(bytes).toEqual(Uint8Array.of(7, 7, 7, 7, 7));
});
