import { expect, test } from 'vitest';
import { compressMuLaw, expandMuLaw } from '../../../../src/data/audio/pcm/companding.ts';

test("samples have the bytes that Python's audioop.lin2ulaw gives them", () => {
  const samples = [0, 1, 4, 100, -100, 1000, -1000, 8000, 32_767, -32_768];
  expect(samples.map(compressMuLaw)).toEqual([255, 255, 254, 242, 114, 206, 78, 160, 128, 0]);
});

test('every byte comes back from its sample; that of a negative zero as a positive one', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  expect(bytes.map((byte) => compressMuLaw(expandMuLaw(byte)))).toEqual(
    bytes.map((byte) => (byte === 127 ? 255 : byte)),
  );
});

test('a sample changes by half a step at most: 4 to 512 of 32,768, the more the louder it is', () => {
  for (let sample = -32_124; sample <= 32_124; sample += 7) {
    const step = 2 ** Math.max(3, Math.floor(Math.log2(Math.abs(sample) + 132)) - 4);
    expect(Math.abs(expandMuLaw(compressMuLaw(sample)) - sample)).toBeLessThanOrEqual(step / 2);
  }
});
