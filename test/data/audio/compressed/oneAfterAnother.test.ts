import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeAudio } from '../../../../src/data/audio/read.ts';
import { createRandom, type Random } from '../../../../src/random.ts';
import { fixture } from './known.ts';
import { writeFlac } from './flacWriter.ts';

const folder = new URL('../../../fixtures/audio/', import.meta.url);

/** Recordings of one kind, all those of its folder among them. */
function recordings(kind: string, others: readonly Uint8Array[]): Uint8Array[] {
  return [...readdirSync(new URL(kind, folder)).map((name) => fixture(`${kind}/${name}`)), ...others];
}

const ramp = (length: number): number[] => Array.from({ length }, (_, i) => (i % 200) - 100);

const KINDS: Record<string, Uint8Array[]> = {
  flac: recordings('flac', [
    fixture('tone.flac'),
    fixture('stereo24.flac'),
    writeFlac([ramp(500)], { bits: 8, blockSizes: [16] }),
    writeFlac([ramp(500), ramp(500)], { bits: 24, blockSizes: [100, 37], variable: true }),
  ]),
  ogg: recordings('ogg', [fixture('tone.ogg')]),
  mp3: recordings('mp3', [fixture('tone.mp3'), fixture('stereo.mp3')]),
};

/** The samples of a recording, or why there are none. */
async function outcome(bytes: Uint8Array): Promise<string> {
  return decodeAudio(bytes).then(
    ({ samples }) => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('latin1'),
    (error: Error) => error.message,
  );
}

/** An order of numbers below `count` in which every one stands behind every one, itself included. */
function allPairs(count: number): number[] {
  const order: number[] = [];
  for (let i = 0; i < count; i++) {
    order.push(i, i);
    for (let j = i + 1; j < count; j++) order.push(j, i);
  }
  return order;
}

/** What is left of a file, with a wrong bit. */
function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const damaged = bytes.subarray(0, bytes.length / 2 + random.integer(bytes.length / 2)).slice();
  damaged[random.integer(damaged.length)] ^= 1 << random.integer(8);
  return damaged;
}

test('every file of a set stands behind every one', () => {
  const order = allPairs(5);
  expect(new Set(order.slice(1).map((number, i) => `${order[i]} ${number}`)).size).toBe(25);
});

test.each(Object.entries(KINDS))(
  '%s: no file changes what the next one gives, sound or damaged',
  async (_kind, sound) => {
    const random = createRandom('pairs');
    const files = [
      ...sound,
      ...random
        .shuffle([...sound])
        .slice(0, 3)
        .map((bytes) => damage(bytes, random)),
    ];
    const alone: string[] = [];
    for (const bytes of files) alone.push(await outcome(bytes));
    for (const i of allPairs(files.length)) expect((await outcome(files[i])) === alone[i]).toBe(true);
  },
);
