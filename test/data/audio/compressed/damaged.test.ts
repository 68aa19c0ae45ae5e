import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeAudio } from '../../../../src/data/audio/read.ts';

const damaged = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../fixtures/damaged/${name}`, import.meta.url)));

test('what a damaged recording makes a decoder do stands in no message', async () => {
  await expect(decodeAudio(damaged('logerror.ogg'), 'x.ogg')).rejects.toMatchObject({
    name: 'SerError',
    code: 'audio',
    message: expect.stringMatching(/^x\.ogg: it is damaged(?!.*(undefined|not defined|is not a function))/),
  });
});

test('a FLAC file is read alike whatever was read before it: blocks of 4608 samples, then of 1152, and back', async () => {
  const files = ['a-48k-block4608.flac', 'b-16k-block1152.flac'].map(damaged);
  const alone = [48_000, 16_000]; // as `flac -d` counts them: a second each
  for (const order of [
    [0, 1, 0, 0, 1, 1],
    [1, 0],
  ]) {
    for (const i of order) {
      const { samples, sampleRate, warnings } = await decodeAudio(files[i]);
      expect([samples.length, sampleRate, warnings]).toEqual([alone[i], alone[i], []]);
    }
  }
});
