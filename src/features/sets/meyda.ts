import imported from 'meyda';
import { checkSignal } from '../checkSignal.ts';
import { SAMPLE_RATE, type FeatureSet } from '../types.ts';

// Meyda's types declare a default export; its package gives the object itself to Node and to bundlers.
const Meyda = 'default' in imported ? imported.default : imported;

/** Samples per frame. */
const FRAME = 1024;
const HOP = 512;

/** Measures of every frame, by Meyda's own names, and the number of their values. */
const BLOCKS = [
  ['mfcc', 13],
  ['chroma', 12],
  ['spectralCentroid', 1],
  ['spectralSpread', 1],
  ['spectralSkewness', 1],
  ['spectralKurtosis', 1],
  ['spectralSlope', 1],
  ['spectralRolloff', 1],
  ['spectralFlatness', 1],
  ['spectralCrest', 1],
  ['loudness', 1],
  ['perceptualSpread', 1],
  ['perceptualSharpness', 1],
  ['zcr', 1],
  ['rms', 1],
  ['energy', 1],
] as const;

const FEATURES = BLOCKS.map(([name]) => name);
const VALUES = BLOCKS.reduce((sum, [, bins]) => sum + bins, 0);

const NAMES = BLOCKS.flatMap(([name, bins]) =>
  ['mean', 'std'].flatMap((statistic) =>
    Array.from({ length: bins }, (_, i) => `${name}${bins > 1 ? i : ''}_${statistic}`),
  ),
);

/**
 * Meyda 5.6.3's features of a clip: mean and population standard deviation over the frames of 13 MFCCs (26 mel bands), 12 chroma,
 * and 14 single values. Frames have 1,024 samples at a hop of 512, frame t centred at sample 512 t, zeros beyond the ends.
 *
 * Not librosa's features under another name: `docs/features.md` describes the differences, and the unit of each. A value that is not
 * defined for a frame (the centroid of silence, 0 / 0) is left out of the statistics; one that is defined for no frame is 0.
 */
export const meyda = { name: 'meyda', level: 'functionals', names: NAMES, extract } satisfies FeatureSet;

// A copy: the original is global, and a live meter in the same page sets its buffer size and sample rate.
const analyser = {
  ...Meyda,
  bufferSize: FRAME,
  sampleRate: SAMPLE_RATE,
  windowingFunction: 'hanning',
  melBands: 26,
  chromaBands: 12,
  numberOfMFCCCoefficients: 13,
};

function extract(signal: Float32Array): Float64Array {
  checkSignal(signal);
  const frames = 1 + Math.floor(signal.length / HOP);
  const values = new Float64Array(frames * VALUES);
  const frame = new Float32Array(FRAME);
  for (let t = 0; t < frames; t++) {
    const start = t * HOP - FRAME / 2;
    const part = signal.subarray(Math.max(0, start), start + FRAME);
    frame.fill(0).set(part, Math.max(0, -start));
    values.set(frameValues(frame), t * VALUES);
  }

  const vector = new Float64Array(NAMES.length);
  let at = 0;
  let column = 0;
  for (const [, bins] of BLOCKS) {
    for (let bin = 0; bin < bins; bin++, column++) {
      const [mean, deviation] = statistics(values, column);
      vector[at + bin] = mean;
      vector[at + bins + bin] = deviation;
    }
    at += 2 * bins;
  }
  return vector;
}

/** The values of one frame in the order of `BLOCKS`. */
function frameValues(frame: Float32Array): number[] {
  const features = analyser.extract([...FEATURES], frame)!;
  return FEATURES.flatMap((name) => {
    const value = features[name]!;
    if (typeof value === 'number') return value;
    return 'total' in value ? value.total : value;
  });
}

/** Mean and population standard deviation of the finite values in a column; zeros if there is none. */
function statistics(values: Float64Array, column: number): [mean: number, deviation: number] {
  const finite: number[] = [];
  for (let i = column; i < values.length; i += VALUES) if (Number.isFinite(values[i])) finite.push(values[i]);
  if (finite.length === 0) return [0, 0];
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / finite.length)];
}
