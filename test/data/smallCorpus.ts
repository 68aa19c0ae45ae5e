import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ravdessIds } from '../../src/data/corpora/ravdess.ts';
import { createRandom } from '../../src/random.ts';
import { buildWav, chunk, format } from './audio/wavBuilder.ts';

/** A third of a second of a tone with noise, as a 16 kHz WAV file; another for every name. */
export function smallClip(name: string): Uint8Array {
  const random = createRandom(name);
  const hertz = random.between(100, 400);
  const samples = Int16Array.from({ length: 5000 }, (_, i) => {
    return 6000 * Math.sin((2 * Math.PI * hertz * i) / 16_000) + 500 * random.normal();
  });
  return buildWav(format(), chunk('data', new Uint8Array(samples.buffer)));
}

/** Writes `count` clips with RAVDESS names, of all actors or of one, into a folder and gives their names. */
export function writeSmallCorpus(folder: string, count: number, actor = ''): string[] {
  mkdirSync(folder, { recursive: true });
  const names = ravdessIds()
    .filter((id) => id.endsWith(actor))
    .slice(0, count);
  for (const name of names) writeFileSync(join(folder, `${name}.wav`), smallClip(name));
  return names;
}
