import { checkSignal } from '../checkSignal.ts';
import { takeLogarithms } from '../wasm/logKernel.ts';
import { hzToMel, melToHz } from '../spectral/mel.ts';
import { binMeans } from '../spectral/statistics.ts';
import { forEachBlock } from '../spectral/stft.ts';
import { SAMPLE_RATE, type FeatureSet, type Frames } from '../types.ts';

/** The front end of the gender models: what their weights were trained on, and what a model file remembers. */
export const LOG_MEL = {
  sampleRate: SAMPLE_RATE,
  /** y[n] = x[n] − preEmphasis · x[n − 1], with x[1] before the first sample. */
  preEmphasis: 0.97,
  nFft: 512,
  /** Samples of the periodic Hamming window, which lies in the middle of the transform. */
  window: 400,
  hop: 160,
  mels: 80,
  /** Hz, on HTK's scale; peaks of 1. */
  fmin: 20,
  fmax: 7600,
  /** Added to the power before the natural logarithm. */
  floor: 1e-6,
} as const;

const BINS = LOG_MEL.nFft / 2 + 1;
const taper = Float64Array.from({ length: LOG_MEL.nFft }, (_, i) =>
  i < LOG_MEL.window ? 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / LOG_MEL.window) : 0,
);

/** Starts, peaks and ends of the triangles, in bins: triangle m from corner m over m + 1 to m + 2. */
const corners = Float64Array.from({ length: LOG_MEL.mels + 2 }, (_, i) => {
  const [low, high] = [hzToMel(LOG_MEL.fmin, true), hzToMel(LOG_MEL.fmax, true)];
  const hz = melToHz(low + (i / (LOG_MEL.mels + 1)) * (high - low), true);
  return (hz * LOG_MEL.nFft) / LOG_MEL.sampleRate;
});
/** The first bin above each corner. */
const edges = Int32Array.from(corners, (corner) => Math.floor(corner) + 1);
/** How far each bin is on the way from the corner below it to the one above. */
const rise = Float64Array.from({ length: BINS }, (_, k) => {
  const above = corners.findIndex((corner) => corner > k);
  return above < 1 ? 0 : (k - corners[above - 1]) / (corners[above] - corners[above - 1]);
});

/**
 * Log-mel frames of a whole signal, less each band's mean over time (which takes level and channel away).
 * Matches the front end of JaesungHuh/voice-gender-classifier: pre-emphasis, torchaudio's `MelSpectrogram` (centred,
 * reflected at the ends), `log(power + 1e-6)`, minus the time mean, within 1e-4.
 * @param signal  mono, 16 kHz, full scale ±1, of any length from one sample on (torchaudio refuses less than 257; what
 *   is shorter is reflected more than once)
 * @returns natural logarithms, 1 + floor(length / 160) frames × 80 bands
 * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const { frames, bins } = logMel(tone);
 * [frames, bins] // → [101, 80]
 */
export function logMel(signal: Float32Array): Frames & { data: Float32Array } {
  return subtractTimeMean(rawLogMel(signal));
}

/**
 * The frames of `logMel` with the time mean left in: a model may cut pieces out before it subtracts their mean (`subtractTimeMean`).
 * Natural logarithms of power, 80 mel bands, a frame every 10 ms, frame t centred at sample 160 t.
 */
export const logMelFrames = {
  name: 'log-mel',
  level: 'frames',
  frameRate: LOG_MEL.sampleRate / LOG_MEL.hop,
  names: Array.from({ length: LOG_MEL.mels }, (_, band) => `mel${band}`),
  extract: (signal) => rawLogMel(signal).data,
} satisfies FeatureSet;

function rawLogMel(signal: Float32Array): Frames & { data: Float32Array } {
  checkSignal(signal);
  const { nFft, hop, mels } = LOG_MEL;
  const frames = 1 + Math.floor(signal.length / hop);
  const data = new Float32Array(frames * mels);
  // The power does not depend on where in the transform the window lies: here at its start, with zeros behind.
  const padded = emphasised(signal, (frames - 1) * hop + nFft);
  const bands = new Float64Array(mels);
  forEachBlock(padded, { nFft, hop, window: taper, center: false }, ({ re, im, first, count }) => {
    for (let t = 0; t < count; t++) {
      writeBands(re, im, t * BINS, bands);
      takeLogarithms(bands);
      data.set(bands, (first + t) * mels);
    }
  });
  return { data, frames, bins: mels };
}

/** The power in each band, and the floor. A bin lies on the way up to one peak and on the way down from the one before. */
function writeBands(re: Float32Array, im: Float32Array, row: number, bands: Float64Array): void {
  let falling = 0;
  for (let corner = 0, k = edges[0]; corner <= LOG_MEL.mels; corner++) {
    let power = 0;
    let rising = 0;
    for (const end = edges[corner + 1]; k < end; k++) {
      const binPower = re[row + k] * re[row + k] + im[row + k] * im[row + k];
      power += binPower;
      rising += rise[k] * binPower;
    }
    // The two weights of a bin add up to one.
    if (corner > 0) bands[corner - 1] = falling + (power - rising) + LOG_MEL.floor;
    falling = rising;
  }
}

/**
 * Subtracts each band's mean over time, in place.
 * @example
 * subtractTimeMean({ data: Float32Array.of(1, 2, 3, 6), frames: 2, bins: 2 }).data // → [-1, -2, 1, 2]
 */
export function subtractTimeMean<F extends Frames>(matrix: F): F {
  const { data, bins } = matrix;
  const means = binMeans(matrix);
  for (let at = 0; at < data.length; at += bins) for (let bin = 0; bin < bins; bin++) data[at + bin] -= means[bin];
  return matrix;
}

/** The pre-emphasised signal, reflected at both ends by half a window; then zeros up to `length` samples. */
function emphasised(signal: Float32Array, length: number): Float32Array {
  const margin = LOG_MEL.window / 2;
  const count = signal.length;
  const padded = new Float32Array(Math.max(length, count + 2 * margin));
  let before = signal[Math.min(1, count - 1)];
  for (let i = 0; i < count; i++) {
    padded[margin + i] = signal[i] - LOG_MEL.preEmphasis * before;
    before = signal[i];
  }
  const period = Math.max(1, 2 * (count - 1));
  const reflect = (n: number): number => {
    const folded = ((n % period) + period) % period;
    return Math.min(folded, period - folded) % count;
  };
  for (let i = 0; i < margin; i++) {
    padded[i] = padded[margin + reflect(i - margin)];
    padded[margin + count + i] = padded[margin + reflect(count + i)];
  }
  return padded.subarray(0, length);
}
