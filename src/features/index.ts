import { SerError } from '../error.ts';
import { librosa186 } from './librosa186.ts';
import { meyda } from './meyda.ts';
import type { FeatureSet } from './types.ts';

export * from './types.ts';
export { chromaFilters, chromaStft } from './chroma.ts';
export { spectralContrast, type ContrastOptions } from './contrast.ts';
export { constantQ } from './cqt.ts';
export { harmonic } from './hpss.ts';
export { istft, type IstftOptions } from './istft.ts';
export { librosa186 } from './librosa186.ts';
export { LOG_MEL, logMel } from './logMel.ts';
export { hzToMel, melFilters, melSpectrogram, melToHz, powerToDb, type MelOptions } from './mel.ts';
export { meyda } from './meyda.ts';
export { mfcc } from './mfcc.ts';
export { resample } from './resample.ts';
export { createBlockResampler, type BlockResampler } from './resampleBlocks.ts';
export { spectralShape, type SpectralShape } from './spectral.ts';
export { magnitude, stft, type Spectrum, type StftOptions } from './stft.ts';
export { rms, zeroCrossingRate, type FrameOptions } from './temporal.ts';
export { tonnetz } from './tonnetz.ts';
export { estimateTuning, type TuningOptions } from './tuning.ts';
export { cutWindows, featureWindows, WINDOW_DEFAULTS, type Span, type WindowOptions } from './windows.ts';

/** Every feature set; to add one, write its file and put it here. */
export const FEATURE_SETS: readonly FeatureSet[] = [librosa186, meyda];

/** @throws {SerError} `usage` for a name that is not one of `FEATURE_SETS` */
export function featureSet(name: string): FeatureSet {
  const found = FEATURE_SETS.find((set) => set.name === name);
  if (found) return found;
  const known = FEATURE_SETS.map((set) => set.name).join(', ');
  throw new SerError('usage', `There is no feature set "${name}": choose one of ${known}.`);
}
