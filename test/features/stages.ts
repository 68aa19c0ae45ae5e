import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAudio } from '../../src/data/audio/load.ts';
import { chromaStft } from '../../src/features/harmonic/chroma.ts';
import { BINS_PER_OCTAVE } from '../../src/features/harmonic/constantQBasis.ts';
import { spectralContrast } from '../../src/features/spectral/contrast.ts';
import { constantQ } from '../../src/features/harmonic/cqt.ts';
import { harmonic } from '../../src/features/harmonic/hpss.ts';
import { melSpectrogram } from '../../src/features/spectral/mel.ts';
import { mfcc } from '../../src/features/spectral/mfcc.ts';
import { spectralShape } from '../../src/features/spectral/spectral.ts';
import { magnitude, stft } from '../../src/features/spectral/stft.ts';
import { rms, zeroCrossingRate } from '../../src/features/spectral/temporal.ts';
import { chromaCqt, tonalCentroids } from '../../src/features/harmonic/tonnetz.ts';
import { estimateTuning } from '../../src/features/harmonic/tuning.ts';
import { readNpy } from './golden.ts';

export interface StageDeviations {
  clip: string;
  /** Largest difference to librosa's array, in shares of its largest value. */
  arrays: { name: string; largest: number }[];
  /** Ours and librosa's: of the magnitudes, and of the harmonic part at 36 bins an octave. */
  tunings: [ours: number, librosa: number][];
}

/** Compares every intermediate array of a clip with librosa's. */
export async function stageDeviations(clip: string, corpora: string): Promise<StageDeviations> {
  const stage = JSON.parse(
    readFileSync(new URL(`../fixtures/features/stages/${clip}/stage.json`, import.meta.url), 'utf8'),
  ) as { file: string; tuning_stft: number; tuning_harmonic_bpo36: number };
  const signal = await loadAudio(join(corpora, stage.file));
  const magnitudes = magnitude(stft(signal));
  const mel = melSpectrogram(magnitudes);
  const shape = spectralShape(magnitudes);
  const tuning = estimateTuning(magnitudes);
  const sustained = harmonic(signal);
  const harmonicTuning = estimateTuning(magnitude(stft(sustained)), { binsPerOctave: BINS_PER_OCTAVE });
  const cqt = constantQ(sustained, harmonicTuning);
  const chroma = chromaCqt(cqt);

  const compare = (name: string, values: ArrayLike<number>, bins = 1): { name: string; largest: number } => {
    const expected = readNpy(`stages/${clip}/${name}.npy`);
    if (values.length !== expected.length) throw new Error(`${name}: ${values.length} values, not ${expected.length}`);
    const frames = values.length / bins;
    let [largest, peak] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      // librosa's arrays are bins × frames.
      const reference = expected[(i % bins) * frames + Math.floor(i / bins)];
      largest = Math.max(largest, Math.abs(values[i] - reference));
      peak = Math.max(peak, Math.abs(reference));
    }
    return { name, largest: largest / peak };
  };
  return {
    clip,
    arrays: [
      compare('stft_magnitude', magnitudes.data, 1025),
      compare('mel_power', mel.data, 128),
      compare('mfcc', mfcc(mel).data, 40),
      compare('chroma_stft', chromaStft(magnitudes, tuning).data, 12),
      compare('spectral_contrast', spectralContrast(magnitudes).data, 7),
      compare('centroid', shape.centroid),
      compare('bandwidth', shape.bandwidth),
      compare('rolloff', shape.rolloff),
      compare('flatness', shape.flatness),
      compare('zcr', zeroCrossingRate(signal)),
      compare('rms', rms(signal)),
      compare('harmonic', sustained),
      compare('cqt_magnitude', cqt.data, 252),
      compare('chroma_cqt', chroma.data, 12),
      compare('tonnetz', tonalCentroids(chroma).data, 6),
    ],
    tunings: [
      [tuning, stage.tuning_stft],
      [harmonicTuning, stage.tuning_harmonic_bpo36],
    ],
  };
}
