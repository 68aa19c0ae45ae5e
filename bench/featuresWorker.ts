import { readSync } from 'node:fs';
import { loadAudio } from '../src/data/audio/load.ts';
import { chromaStft } from '../src/features/harmonic/chroma.ts';
import { BINS_PER_OCTAVE } from '../src/features/harmonic/constantQBasis.ts';
import { spectralContrast } from '../src/features/spectral/contrast.ts';
import { constantQ } from '../src/features/harmonic/cqt.ts';
import { harmonicSpectrum } from '../src/features/harmonic/hpss.ts';
import { istft } from '../src/features/spectral/istft.ts';
import { librosa186 } from '../src/features/sets/librosa186.ts';
import { melSpectrogram } from '../src/features/spectral/mel.ts';
import { mfcc } from '../src/features/spectral/mfcc.ts';
import { spectralShape } from '../src/features/spectral/spectral.ts';
import { magnitude, stft } from '../src/features/spectral/stft.ts';
import { rms, zeroCrossingRate } from '../src/features/spectral/temporal.ts';
import { chromaCqt, tonalCentroids } from '../src/features/harmonic/tonnetz.ts';
import { estimateTuning } from '../src/features/harmonic/tuning.ts';
import type { Round } from './features.ts';

/** Computes the features of the files given once a line on standard input; prints the CPU seconds and those of each stage. */
const signals = await Promise.all(process.argv.slice(2).map((path) => loadAudio(path)));

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function stageSeconds(): Round['stages'] {
  const stages: Round['stages'] = {};
  const time = <T>(stage: string, work: () => T): T => {
    const start = cpuSeconds();
    const result = work();
    stages[stage] = (stages[stage] ?? 0) + cpuSeconds() - start;
    return result;
  };
  for (const signal of signals) {
    const spectrum = time('STFT', () => stft(signal));
    const magnitudes = time('STFT', () => magnitude(spectrum));
    time('mel, MFCC', () => mfcc(melSpectrogram(magnitudes), 40));
    time('chroma', () => chromaStft(magnitudes, estimateTuning(magnitudes)));
    time('contrast', () => spectralContrast(magnitudes));
    time('shape, ZCR, RMS', () => [spectralShape(magnitudes), zeroCrossingRate(signal), rms(signal)]);
    const sustained = time('HPSS', () => istft(harmonicSpectrum(spectrum), { length: signal.length }));
    const tuning = time('tonnetz: tuning', () =>
      estimateTuning(magnitude(stft(sustained)), { binsPerOctave: BINS_PER_OCTAVE }),
    );
    time('tonnetz: constant Q', () => tonalCentroids(chromaCqt(constantQ(sustained, tuning))));
  }
  return stages;
}

while (readSync(0, Buffer.alloc(1)) > 0) {
  const start = cpuSeconds();
  for (const signal of signals) librosa186.extract(signal);
  const round: Round = { cpu: cpuSeconds() - start, stages: stageSeconds() };
  console.log(JSON.stringify(round));
}
