import { describe, expect, it } from 'vitest';
import { medianFilter } from '../../../src/features/harmonic/median.ts';
import { createRandom } from '../../../src/random.ts';

/** The definition, slowly: 31 neighbours of every value, mirrored at the edges, sorted. */
function naive(data: Float32Array, sequences: number, length: number, between: number, step: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let s = 0; s < sequences; s++) {
    for (let i = 0; i < length; i++) {
      const window = Array.from({ length: 31 }, (_, j) => {
        const at = (((i + j - 15) % (2 * length)) + 2 * length) % (2 * length);
        return data[s * between + step * (at < length ? at : 2 * length - 1 - at)];
      });
      result[s * between + i * step] = window.sort((a, b) => a - b)[15];
    }
  }
  return result;
}

describe.each([
  ['smooth values', (u: number) => u],
  ['many ties', (u: number) => Math.floor(u * 4) / 4],
  ['mostly zero', (u: number) => (u < 0.7 ? 0 : u)],
  ['denormal values', (u: number) => u * 1e-42],
])('%s', (_, shape) => {
  it.each([
    [1, 1],
    [2, 9],
    [5, 3],
    [16, 33],
    [31, 7],
    [47, 130],
  ])('of %i frames × %i bins have exactly the median of their neighbours', (frames, bins) => {
    const random = createRandom(`${frames}/${bins}`);
    const data = Float32Array.from({ length: frames * bins }, () => shape(random.uniform()));
    expect(medianFilter({ data, frames, bins }, 'time')).toEqual(naive(data, bins, frames, 1, bins));
    expect(medianFilter({ data, frames, bins }, 'frequency')).toEqual(naive(data, frames, bins, bins, 1));
  });
});

it('goes on seamlessly where a long sequence is done in pieces', () => {
  const random = createRandom('long');
  const [frames, bins] = [9000, 2];
  const data = Float32Array.from({ length: frames * bins }, () => random.uniform());
  expect(medianFilter({ data, frames, bins }, 'time')).toEqual(naive(data, bins, frames, 1, bins));
});

it('leaves its input alone', () => {
  const data = Float32Array.from({ length: 64 }, (_, i) => i);
  medianFilter({ data, frames: 8, bins: 8 }, 'time');
  expect(data).toEqual(Float32Array.from({ length: 64 }, (_, i) => i));
});
