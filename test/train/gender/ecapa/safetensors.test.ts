import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SerError } from '../../../../src/error.ts';
import { readSafetensors } from '../../../../src/train/gender/ecapa/safetensors.ts';
import { safetensorsFile, tinyWeights, writeSafetensors } from '../../ecapaFixtures.ts';

const values = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer);
const f32 = (shape: unknown, ...offsets: number[]) => ({ dtype: 'F32', shape, data_offsets: offsets });
const read = (header: unknown, data: Uint8Array = values) =>
  readSafetensors(safetensorsFile(JSON.stringify(header), data), 'w.safetensors');
const failure = (run: () => unknown): SerError => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(SerError);
    expect((error as SerError).code).toBe('model');
    expect((error as SerError).message).toContain('w.safetensors');
    return error as SerError;
  }
  throw new Error('it was accepted');
};

test('tensors come back with their shapes and values, in any order of the header and after a header of any length', () => {
  for (const padding of ['', ' ', '  ', '   ']) {
    const header =
      JSON.stringify({ b: f32([1, 3], 4, 16), a: f32([], 0, 4), __metadata__: { format: 'pt' } }) + padding;
    const tensors = readSafetensors(safetensorsFile(header, values));
    expect(Object.keys(tensors).sort()).toEqual(['a', 'b']);
    expect(tensors.a).toEqual({ shape: [], data: Float32Array.of(1) });
    expect(tensors.b).toEqual({ shape: [1, 3], data: Float32Array.of(2, 3, 4) });
  }
});

test('a file of PyTorch: weights and counters', () => {
  const tensors = readSafetensors(readFileSync(tinyWeights));
  expect(tensors['conv1.weight'].shape).toEqual([32, 80, 5]);
  expect(tensors['bn1.num_batches_tracked'].shape).toEqual([]);
  expect(tensors['bn1.num_batches_tracked'].data).toHaveLength(1);
});

test('what the tests write is what is read', () => {
  const tensors = { x: { shape: [2, 2], data: Float32Array.of(1.5, -2, 0, 1e-30) } };
  expect(readSafetensors(writeSafetensors(tensors))).toEqual(tensors);
});

describe('what is refused, and how it is put', () => {
  test.each<[string, () => Uint8Array, RegExp]>([
    ['nothing', () => new Uint8Array(0), /has 0 bytes/],
    ['a huge header length', () => safetensorsFile('{}', values, 2n ** 63n), /header has 9223372036854776000 bytes/],
    [
      'a header length beyond the end',
      () => safetensorsFile('{}', values, 19n),
      /header has 19 bytes.*26 bytes in all/,
    ],
    ['a header that is not JSON', () => safetensorsFile('{"a":', values), /header is not JSON/],
    [
      'a header that is not UTF-8',
      () => Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), values]),
      /not JSON/,
    ],
    ['a header that is a list', () => safetensorsFile('[]', values), /not a JSON object/],
    ['an audio file', () => readFileSync('data/demo/male.wav'), /header/],
  ])('%s', (_name, make, message) => {
    expect(failure(() => readSafetensors(make(), 'w.safetensors')).message).toMatch(message);
  });

  test.each<[string, unknown, RegExp]>([
    ['an entry that is null', { bad: null }, /"bad" lacks a sound dtype, shape/],
    ['no offsets', { bad: { dtype: 'F32', shape: [4] } }, /"bad" lacks/],
    ['offsets the wrong way round', { bad: f32([4], 16, 0) }, /"bad" lacks/],
    ['offsets below 0', { bad: f32([4], -16, 0) }, /"bad" lacks/],
    ['a shape of halves', { bad: f32([1.5], 0, 6) }, /"bad" lacks/],
    ['a shape that is text', { bad: f32('4', 0, 16) }, /"bad" lacks/],
    [
      'a shape that is larger than its bytes',
      { bad: f32([5], 0, 16) },
      /"bad" of shape \[5\] needs 20 bytes and is given 16/,
    ],
    ['a shape beyond all bounds', { bad: f32([2 ** 40, 2 ** 40], 0, 16) }, /"bad" of shape/],
    ['a type of another size', { bad: { ...f32([8], 0, 16), dtype: 'F16' } }, /"bad" is of type F16; save it as F32/],
    ['a type by the name of a method', { bad: { ...f32([4], 0, 16), dtype: 'toString' } }, /is of type toString/],
    [
      'a tensor beyond the end',
      { a: f32([4], 0, 16), bad: f32([2], 16, 24) },
      /"bad" ends at byte 24.*16 bytes.*cut short/,
    ],
    ['overlapping tensors', { a: f32([3], 0, 12), bad: f32([3], 4, 16) }, /"bad" overlaps/],
    ['the same bytes twice', { a: f32([4], 0, 16), bad: f32([4], 0, 16) }, /overlaps/],
    ['a gap', { a: f32([1], 0, 4), bad: f32([2], 8, 16) }, /4 bytes before tensor "bad"/],
    ['bytes left over', { a: f32([3], 0, 12) }, /4 bytes after the last tensor/],
  ])('%s', (_name, header, message) => {
    expect(failure(() => read(header)).message).toMatch(message);
  });
});
