import { SerError } from '../error.ts';
import { librosa186 } from './sets/librosa186.ts';
import { logMelFrames } from './sets/logMel.ts';
import { melContour } from './sets/melContour.ts';
import { meyda } from './sets/meyda.ts';
import type { PureFeatureSet } from './types.ts';

export * from './types.ts';
export { chromaFilters, chromaStft } from './harmonic/chroma.ts';
export { spectralContrast, type ContrastOptions } from './spectral/contrast.ts';
export { constantQ } from './harmonic/cqt.ts';
export { harmonic } from './harmonic/hpss.ts';
export { istft, type IstftOptions } from './spectral/istft.ts';
export { librosa186 } from './sets/librosa186.ts';
export { LOG_MEL, logMel, logMelFrames, subtractTimeMean } from './sets/logMel.ts';
export { hzToMel, melFilters, melSpectrogram, melToHz, powerToDb, type MelOptions } from './spectral/mel.ts';
export { melContour } from './sets/melContour.ts';
export { meyda } from './sets/meyda.ts';
export { mfcc } from './spectral/mfcc.ts';
export { resample } from './resample/resample.ts';
export { createBlockResampler, type BlockResampler } from './resample/resampleBlocks.ts';
export { spectralShape, type SpectralShape } from './spectral/spectral.ts';
export { magnitude, stft, type Spectrum, type StftOptions } from './spectral/stft.ts';
export { rms, zeroCrossingRate, type FrameOptions } from './spectral/temporal.ts';
export { tonnetz } from './harmonic/tonnetz.ts';
export { estimateTuning, type TuningOptions } from './harmonic/tuning.ts';
export { cutWindows, featureWindows, WINDOW_DEFAULTS, type Span, type WindowOptions } from './windows.ts';

/**
 * Every feature set that needs nothing but the signal; to add one, write its file and put it here.
 * @example
 * FEATURE_SETS.map(({ name }) => name).includes('librosa186') // → true
 */
export const FEATURE_SETS: readonly PureFeatureSet[] = [librosa186, meyda, melContour, logMelFrames];

/**
 * @throws {SerError} `usage` for a name that is not one of `FEATURE_SETS`
 * @example
 * featureSet('librosa186').names.length // → 186
 */
export function featureSet(name: string): PureFeatureSet {
  const found = FEATURE_SETS.find((set) => set.name === name);
  if (found) return found;
  const known = FEATURE_SETS.map((set) => set.name).join(', ');
  throw new SerError('usage', `There is no feature set "${name}": choose one of ${known}.`);
}
