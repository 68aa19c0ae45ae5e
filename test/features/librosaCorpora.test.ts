import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAudio } from '../../src/data/audio/load.ts';
import { librosa186 } from '../../src/features/librosa186.ts';
import { deviations, GOLDEN_CLIPS, readReferenceTable } from './golden.ts';
import { stageDeviations } from './stages.ts';

const corpora = process.env.SER_CORPORA;

describe.skipIf(!corpora)(
  'librosa 0.10.2 on real speech (needs SER_CORPORA, a folder of corpora)',
  { timeout: 300_000 },
  () => {
    const { names, rows } = readReferenceTable('vectors.csv');
    const scale = deviations(rows.filter(({ file }) => file.startsWith('ravdess/')).map(({ values }) => values));

    /** Deviations of every block, in ascending order, over the files that are chosen. */
    async function deviationsOf(chosen: (file: string) => boolean): Promise<Map<string, number[]>> {
      const blocks = new Map<string, number[]>();
      for (const { file, values } of rows.filter((row) => chosen(row.file))) {
        const vector = librosa186.extract(await loadAudio(join(corpora!, file)));
        names.forEach((name, j) => {
          const block = name.replace(/\d*_.*/, '');
          blocks.set(block, [...(blocks.get(block) ?? []), Math.abs(vector[j] - values[j]) / scale[j]]);
        });
      }
      for (const list of blocks.values()) list.sort((x, y) => x - y);
      return blocks;
    }
    const quantile = (sorted: number[], share: number): number => sorted[Math.ceil(share * sorted.length) - 1];
    const is48kHz = (file: string): boolean => file.endsWith('.wav');

    it.each([
      ['72 clips of 16 kHz', (file: string) => !is48kHz(file), 1e-3],
      // One of them is digital silence for the most part, of which tonnetz weighs every frame alike.
      ['8 clips of 48 kHz, resampled here,', is48kHz, 1e-2],
    ])('%s agree, in standard deviations of each feature', async (_, chosen, most) => {
      const blocks = await deviationsOf(chosen);
      for (const block of [
        'mfcc',
        'mel',
        'rms',
        'zcr',
        'centroid',
        'bandwidth',
        'chroma',
        'contrast',
        'rolloff',
        'flatness',
      ]) {
        expect(quantile(blocks.get(block)!, 1), block).toBeLessThanOrEqual(1e-4);
      }
      const tonnetz = blocks.get('tonnetz')!;
      expect(quantile(tonnetz, 0.5)).toBeLessThanOrEqual(1e-4);
      expect(quantile(tonnetz, 0.98)).toBeLessThanOrEqual(most);
      expect(quantile(tonnetz, 1)).toBeLessThanOrEqual(0.3);
    });

    it.each(GOLDEN_CLIPS)('every intermediate array of %s agrees, and so do the tuning estimates', async (clip) => {
      const { arrays, tunings } = await stageDeviations(clip, corpora!);
      for (const [ours, librosa] of tunings) expect(ours).toBe(librosa);
      for (const { name, largest } of arrays) {
        expect(largest, name).toBeLessThanOrEqual(['chroma_cqt', 'tonnetz'].includes(name) ? 1e-3 : 1e-5);
      }
    });
  },
);
