import imported from 'meyda';

// Meyda's types declare a default export; its package gives the object itself to bundlers.
const Meyda = 'default' in imported ? imported.default : imported;

/** Samples per set of live features. */
export const LIVE_FRAME = 2048;

const SPECTRAL = ['spectralCentroid', 'spectralRolloff', 'spectralFlatness'] as const;

/** Meyda's values of a frame for the meter. */
export interface LiveFeatures {
  /** dB re full scale, at least −100. */
  level: number;
  /** Hz; null in silence, where it is undefined. */
  centroid: number | null;
  /** Hz below which 99 % of the energy lies. */
  rolloff: number | null;
  /** 0 (a tone) … 1 (white noise). */
  flatness: number | null;
  /** Sign changes per second. */
  crossings: number;
}

/** @param frame  `LIVE_FRAME` samples */
export function liveFeatures(frame: Float32Array, sampleRate: number): LiveFeatures {
  // A copy: the original is global, and a feature set has its own settings.
  const analyser = { ...Meyda, bufferSize: LIVE_FRAME, sampleRate };
  // Meyda windows the frame for all features; level and sign changes need the frame without a window.
  const values = {
    ...Object.assign(analyser, { windowingFunction: 'rect' }).extract(['rms', 'zcr'], frame),
    ...Object.assign(analyser, { windowingFunction: 'hanning' }).extract([...SPECTRAL], frame),
  };
  const level = Math.max(-100, 20 * Math.log10(values.rms!));
  const finite = (value: number | undefined): number | null => (Number.isFinite(value) ? value! : null);
  const audible = level > -90;
  const centroid = audible ? finite(values.spectralCentroid) : null;
  return {
    level,
    centroid: centroid === null ? null : (centroid * sampleRate) / LIVE_FRAME, // Meyda's unit is bins
    rolloff: audible ? finite(values.spectralRolloff) : null,
    flatness: audible ? finite(values.spectralFlatness) : null,
    crossings: (values.zcr! * sampleRate) / LIVE_FRAME,
  };
}
