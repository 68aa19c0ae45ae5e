import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAudio } from '../../src/data/audio/load.ts';
import { librosa186 } from '../../src/features/sets/librosa186.ts';
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

    it('72 clips of 16 kHz agree, in standard deviations of each feature', async () => {
      const blocks = await deviationsOf((file) => !is48kHz(file));
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
      expect(quantile(tonnetz, 0.98)).toBeLessThanOrEqual(1e-3);
      expect(quantile(tonnetz, 1)).toBeLessThanOrEqual(0.3);
    });

    describe('clips of 48 kHz, resampled here, agree as far as librosa does not measure the rounding errors of its resampler', () => {
      // Both begin with a quarter of a second or more of digital silence, which librosa's resampler fills with noise of 1e-14 in part.
      const SILENT = ['03-02-01-01-01-01-24', '03-01-03-02-01-01-02'];
      const beginsSilent = (file: string): boolean => SILENT.some((clip) => file.includes(clip));
      const limits = {
        mfcc: 1e-4,
        mel: 1e-4,
        rms: 1e-4,
        flatness: 1e-3,
        chroma: 1e-4,
        centroid: 1e-4,
        bandwidth: 1e-4,
        rolloff: 1e-4,
        tonnetz: 1e-3,
      };
      /** Of these every frame counts alike, however silent; tonnetz depends on the tuning, which such frames have a say in. */
      const silent = { chroma: 0.3, centroid: 0.3, bandwidth: 0.5, rolloff: 0.3, tonnetz: 3 };

      it.each([
        ['six that begin with sound', (file: string) => is48kHz(file) && !beginsSilent(file), limits],
        [
          'two that begin with digital silence',
          (file: string) => is48kHz(file) && beginsSilent(file),
          { ...limits, ...silent },
        ],
      ])('%s', async (_, chosen, largest) => {
        const blocks = await deviationsOf(chosen);
        for (const [block, limit] of Object.entries(largest))
          expect(quantile(blocks.get(block)!, 1), block).toBeLessThanOrEqual(limit);
        // Short silences cross zero or do not; the valleys of the highest band are bins next to 8 kHz.
        expect(quantile(blocks.get('zcr')!, 1)).toBeLessThanOrEqual(0.05);
        expect(quantile(blocks.get('contrast')!, 0.8)).toBeLessThanOrEqual(1e-3);
        expect(quantile(blocks.get('contrast')!, 1)).toBeLessThanOrEqual(0.5);
      });
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
