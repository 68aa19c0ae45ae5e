import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { decodeAudio } from '../../../../src/data/audio/read.ts';
import { SerError } from '../../../../src/error.ts';

/** Bytes of a recording under `test/fixtures/audio`. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../fixtures/audio/${name}`, import.meta.url)));

export const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Decodes, and compares length and single samples (mean of the channels) with those of another decoder. */
export async function expectSamples(
  bytes: Uint8Array,
  length: number,
  values: readonly [at: number, value: number][],
  tolerance: number,
): Promise<void> {
  const { samples } = await decodeAudio(bytes);
  expect(samples).toHaveLength(length);
  for (const [at, value] of values) expect(Math.abs(samples[at] - value)).toBeLessThanOrEqual(tolerance);
}

/** The message with which a recording is refused. */
export async function refusal(bytes: Uint8Array, options = {}): Promise<string> {
  const error: unknown = await decodeAudio(bytes, 'clip', options).then(
    () => new Error('it was decoded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SerError);
  return (error as SerError).message;
}

/** What is said of a file, besides of its sound. */
export async function fileWarnings(bytes: Uint8Array): Promise<string[]> {
  const { warnings } = await decodeAudio(bytes);
  return warnings.filter((warning) => !/^(Only|Recorded at|Hardly any|Silence)/.test(warning));
}

/** Expects the same samples to the last bit. */
export function expectSame(samples: Float32Array, expected: Float32Array): void {
  expect(samples.length).toBe(expected.length);
  expect(samples.findIndex((value, i) => value !== expected[i])).toBe(-1);
}
