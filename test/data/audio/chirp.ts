import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Bytes of a recording under `test/fixtures/audio/phone`. */
export const phoneFixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/audio/phone/${name}`, import.meta.url)));

/** What the recordings under `test/fixtures/audio/phone` hold: 1.3 s of a tone that rises from 200 Hz to 1,500 Hz, at half scale. */
export function chirp(sampleRate: number, seconds = 1.3): Float32Array {
  return Float32Array.from({ length: Math.floor(seconds * sampleRate) }, (_, i) => {
    const t = i / sampleRate;
    return 0.5 * Math.sin(2 * Math.PI * (200 * t + 500 * t * t));
  });
}

/** Correlation of samples with the chirp, the first of them at sample `at` of it; 1 where they are the same but for their level. */
export function likeness(samples: Float32Array, sampleRate: number, at = 0): number {
  const truth = chirp(sampleRate);
  let [both, own, its] = [0, 0, 0];
  for (let i = Math.max(0, at); i < Math.min(truth.length, samples.length + at); i++) {
    both += truth[i] * samples[i - at];
    own += truth[i] ** 2;
    its += samples[i - at] ** 2;
  }
  return both / Math.sqrt(own * its);
}

/** Expects the same samples to the last bit: many times as fast as comparing them one by one. */
export function expectSame(samples: Float32Array, truth: Float32Array | undefined): void {
  const bytes = (values: Float32Array = new Float32Array()) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  expect(samples.length).toBe(truth?.length);
  expect(bytes(samples).equals(bytes(truth))).toBe(true);
}
