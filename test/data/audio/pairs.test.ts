import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { FORMATS } from '../../../src/data/audio/formats.ts';
import { decodeAudio } from '../../../src/data/audio/read.ts';

const folder = fileURLToPath(new URL('../../fixtures/audio', import.meta.url));
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.(md|json)$/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();

/** What a file decodes to, or the words with which it is refused. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const audio = await decodeAudio(bytes, 'clip').catch((error: Error) => error.message);
  if (typeof audio === 'string') return audio;
  const { samples, format, sampleRate, channels, warnings } = audio;
  const hash = createHash('sha256').update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  return [format, sampleRate, channels, samples.length, hash.digest('hex'), ...warnings].join(' ');
}

it('no decoder keeps anything from one file to the next: all pairs of two files of each format, whole and damaged', async () => {
  const chosen = new Map<string, Uint8Array[]>();
  for (const file of files) {
    const bytes = new Uint8Array(readFileSync(file));
    const format = (await outcome(bytes)).split(/ \d/)[0];
    if (!FORMATS.some(({ name }) => name === format)) continue; // refused, as AAC where nobody decodes it
    const some = chosen.get(format) ?? [];
    if (some.length < 2) chosen.set(format, [...some, bytes]);
  }
  expect(chosen.size).toBeGreaterThanOrEqual(FORMATS.length - 1);

  const whole = [...chosen.values()].flat();
  const damaged = whole.flatMap((bytes) => {
    const flipped = bytes.slice();
    for (let at = Math.floor(bytes.length / 2); at < bytes.length; at += 97) flipped[at] ^= 0xff;
    return [flipped, bytes.subarray(0, Math.floor(0.6 * bytes.length))];
  });
  const alone = await Promise.all(whole.map(outcome));
  for (const first of [...whole, ...damaged]) {
    for (const [i, second] of whole.entries()) {
      await outcome(first);
      expect(await outcome(second)).toBe(alone[i]);
    }
  }
  const together = await Promise.all([...damaged, ...whole].map(outcome));
  expect(together.slice(damaged.length)).toEqual(alone);
});
