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

describe.skipIf(!corpora)('librosa 0.10.2 on real speech (needs SER_CORPORA, a folder of corpora)', () => {
  const { names, rows } = readTable('vectors.csv');
  const scale = deviations(rows.filter(({ file }) => file.startsWith('ravdess/')).map(({ values }) => values));

  it('80 clips agree, in standard deviations of each feature', async () => {
    const byBlock = new Map<string, number[]>();
    for (const { file, values } of rows) {
      const vector = librosa186.extract(await loadAudio(join(corpora!, file)));
      names.forEach((name, j) => {
        const block = name.replace(/\d*_.*/, '');
        if (!byBlock.has(block)) byBlock.set(block, []);
        byBlock.get(block)!.push(Math.abs(vector[j] - values[j]) / scale[j]);
      });
    }
    const quantile = (block: string, share: number): number => {
      const sorted = byBlock.get(block)!.toSorted((a, b) => a - b);
      return sorted[Math.ceil(share * sorted.length) - 1];
    };
    for (const block of ['mfcc', 'mel', 'rms', 'zcr', 'centroid', 'bandwidth']) {
      expect(quantile(block, 1), block).toBeLessThanOrEqual(1e-4);
    }
    for (const block of ['chroma', 'contrast', 'tonnetz', 'rolloff', 'flatness']) {
      expect(quantile(block, 0.5), block).toBeLessThanOrEqual(1e-4);
      expect(quantile(block, 0.98), block).toBeLessThanOrEqual(1e-3);
      expect(quantile(block, 1), block).toBeLessThanOrEqual(0.3);
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
});
