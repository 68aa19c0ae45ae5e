import imported from 'meyda';

// Meyda's types say that it exports `default`; what its package gives to bundlers is the object itself.
const Meyda = 'default' in imported ? imported.default : imported;

/** Samples that one set of live features is taken from. */
export const LIVE_FRAME = 2048;

const SPECTRAL = ['spectralCentroid', 'spectralRolloff', 'spectralFlatness'] as const;

/** What the meter shows of a frame, by Meyda. */
export interface LiveFeatures {
  /** dB of full scale, −100 at least. */
  level: number;
  /** Hz; null in silence, where it is not defined. */
  centroid: number | null;
  /** Hz below which 99 % of the energy lies. */
  rolloff: number | null;
  /** 0 (a tone) … 1 (white noise). */
  flatness: number | null;
  /** Sign changes a second. */
  crossings: number;
}

/** @param frame  `LIVE_FRAME` samples */
export function liveFeatures(frame: Float32Array, sampleRate: number): LiveFeatures {
  // A copy: the original is global, and a feature set has its own settings.
  const analyser = { ...Meyda, bufferSize: LIVE_FRAME, sampleRate };
  // Meyda windows the frame for all features alike; level and sign changes are those of the frame as it is.
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
    centroid: centroid === null ? null : (centroid * sampleRate) / LIVE_FRAME, // Meyda counts in bins
    rolloff: audible ? finite(values.spectralRolloff) : null,
    flatness: audible ? finite(values.spectralFlatness) : null,
    crossings: (values.zcr! * sampleRate) / LIVE_FRAME,
  };
}
