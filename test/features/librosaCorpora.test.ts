import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAudio } from '../../src/data/load.ts';
import { chromaStft } from '../../src/features/chroma.ts';
import { spectralContrast } from '../../src/features/contrast.ts';
import { librosa186 } from '../../src/features/librosa186.ts';
import { melSpectrogram } from '../../src/features/mel.ts';
import { mfcc } from '../../src/features/mfcc.ts';
import { spectralShape } from '../../src/features/spectral.ts';
import { magnitude, stft } from '../../src/features/stft.ts';
import { rms, zeroCrossingRate } from '../../src/features/temporal.ts';
import { estimateTuning } from '../../src/features/tuning.ts';
import { deviations, readNpy, readTable } from './golden.ts';

const corpora = process.env.SER_CORPORA;

describe.skipIf(!corpora)(
  'librosa 0.10.2 on real speech (needs SER_CORPORA, a folder of corpora)',
  { timeout: 300_000 },
  () => {
    const { names, rows } = readTable('vectors.csv');
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

    // Where the recording is digital silence, soxr leaves noise of 1e-12 that shapes whole frames, and near 8 kHz the valleys of the
    // contrast lie below the rounding of its float32 transform: no second resampler shares those.
    it('8 clips of 48 kHz, resampled here, agree but for silence and the last band of the contrast', async () => {
      const blocks = await deviationsOf(is48kHz);
      expect(
        quantile(
          [...blocks.values()].flat().sort((x, y) => x - y),
          0.9,
        ),
      ).toBeLessThanOrEqual(1e-3);
      for (const block of ['mfcc', 'mel', 'rms', 'zcr']) {
        expect(quantile(blocks.get(block)!, 1), block).toBeLessThanOrEqual(5e-3);
      }
      for (const block of ['tonnetz', 'chroma', 'contrast', 'flatness', 'rolloff', 'centroid', 'bandwidth']) {
        expect(quantile(blocks.get(block)!, 0.5), block).toBeLessThanOrEqual(1e-4);
        expect(quantile(blocks.get(block)!, 1), block).toBeLessThanOrEqual(0.35);
      }
    });

    it('every intermediate array of one clip agrees', async () => {
      const stage = JSON.parse(
        readFileSync(new URL('../fixtures/features/stages/stage.json', import.meta.url), 'utf8'),
      ) as { file: string; tuning_stft: number };
      const signal = await loadAudio(join(corpora!, stage.file));
      const magnitudes = magnitude(stft(signal));
      const mel = melSpectrogram(magnitudes);
      const shape = spectralShape(magnitudes);
      const tuning = estimateTuning(magnitudes);
      expect(tuning).toBe(stage.tuning_stft);

      // librosa's arrays are bins × frames.
      const compare = (name: string, values: ArrayLike<number>, bins: number, relative: number, absolute = 0): void => {
        const expected = readNpy(`stages/${name}.npy`);
        expect(values.length, name).toBe(expected.length);
        const frames = values.length / bins;
        for (let i = 0; i < values.length; i++) {
          const [t, k] = [Math.floor(i / bins), i % bins];
          const reference = expected[k * frames + t];
          expect(Math.abs(values[i] - reference), `${name}, frame ${t}, bin ${k}`).toBeLessThanOrEqual(
            relative * Math.abs(reference) + absolute,
          );
        }
      };
      compare('mel_power', mel.data, 128, 1e-6);
      compare('mfcc', mfcc(mel).data, 40, 0, 2e-4);
      compare('chroma_stft', chromaStft(magnitudes, tuning).data, 12, 1e-5);
      compare('spectral_contrast', spectralContrast(magnitudes).data, 7, 0, 1e-4);
      compare('centroid', shape.centroid, 1, 1e-6);
      compare('bandwidth', shape.bandwidth, 1, 1e-6);
      compare('rolloff', shape.rolloff, 1, 1e-7);
      compare('flatness', shape.flatness, 1, 1e-5);
      compare('zcr', zeroCrossingRate(signal), 1, 0);
      compare('rms', rms(signal), 1, 1e-6);
    });
  },
);
