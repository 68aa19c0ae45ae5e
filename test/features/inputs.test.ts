import { describe, expect, test } from 'vitest';
import { type Input, packInputs, unpackInputs } from '../../src/features/inputs.ts';

const vector: Input = { level: 'functionals', features: 5 };
const other: Input = { level: 'functionals', features: 2 };
const frames: Input = { level: 'frames', features: 3 };
const values = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

describe('several inputs in one row', () => {
  test('vectors before frames take whole lines of a frame’s width, and come back as they were', () => {
    const inputs = [vector, other, frames];
    const rows = [
      [values(1, 2, 3, 4, 5), values(6, 7), values(8, 9, 10)],
      [values(-1, -2, -3, -4, -5), values(-6, -7), values(11, 12, 13, 14, 15, 16)],
    ];
    const packed = rows.map((row) => packInputs(row, inputs));
    expect(packed.map(({ length }) => length / 3)).toEqual([2 + 1 + 1, 2 + 1 + 2]);
    const x = Float32Array.from(packed.flatMap((row) => [...row]));
    expect(unpackInputs(x, Uint32Array.of(4, 5), inputs)).toEqual([
      { x: values(1, 2, 3, 4, 5, -1, -2, -3, -4, -5) },
      { x: values(6, 7, -6, -7) },
      { x: values(8, 9, 10, 11, 12, 13, 14, 15, 16), frames: Uint32Array.of(1, 2) },
    ]);
  });

  test('vectors alone follow each other', () => {
    const packed = packInputs([values(1, 2, 3, 4, 5), values(6, 7)], [vector, other]);
    expect(Array.from(packed)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(unpackInputs(packed, undefined, [vector, other])[1]).toEqual({ x: values(6, 7) });
  });
});
