import { medianInPlace } from '../spectral/statistics.ts';
import { SAMPLE_RATE, type Frames } from '../types.ts';

export interface TuningOptions {
  /** Default 16,000 Hz. */
  sampleRate?: number;
  /** Bins per octave; the result is a fraction of one. Default 12. */
  binsPerOctave?: number;
}

/** Pitch candidates of a spectrogram, frame by frame. */
export interface Pitches {
  /** Hz */
  frequency: Float32Array;
  magnitude: Float32Array;
  count: number;
}

const LOWEST_HZ = 150;
const HIGHEST_HZ = 4000;
/** A peak counts if it exceeds this share of the frame's largest value. */
const PEAK_THRESHOLD = 0.1;
const HISTOGRAM_BINS = 100;

/**
 * Deviation of a spectrogram's pitches from A440 tuning, as a fraction of a bin in [−.5, .5): the fullest of 100 histogram bins.
 * Matches `librosa.estimate_tuning(S=magnitude, sr, bins_per_octave)` 0.10.2, float32 rounding included; 0 if nothing has a pitch.
 * @param magnitude  |STFT|, frames × (nFft / 2 + 1)
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 446 * i) / 16_000));
 * estimateTuning(magnitude(stft(tone))) // → 0.22
 */
export function estimateTuning(
  magnitude: Frames & { data: Float32Array },
  { sampleRate = SAMPLE_RATE, binsPerOctave = 12 }: TuningOptions = {},
): number {
  const { frequency, magnitude: strength, count } = trackPitches(magnitude, sampleRate);
  if (count === 0) return 0;
  const threshold = Math.fround(medianInPlace(strength.slice(0, count)));
  const counts = new Int32Array(HISTOGRAM_BINS);
  for (let i = 0; i < count; i++) {
    if (strength[i] < threshold) continue;
    const octaves = Math.fround(Math.log2(Math.fround(frequency[i] / 27.5)));
    const bin = Math.fround(binsPerOctave * octaves);
    let residual = bin - Math.floor(bin);
    if (residual >= 0.5) residual -= 1;
    counts[histogramBin(residual)]++;
  }
  let fullest = 0;
  for (let i = 1; i < HISTOGRAM_BINS; i++) if (counts[i] > counts[fullest]) fullest = i;
  return edge(fullest);
}

/**
 * Local maxima between 150 and 4000 Hz, with parabolic interpolation (Smith, "Sinusoidal modeling").
 * Matches `librosa.piptrack(S=magnitude, sr)` 0.10.2.
 */
export function trackPitches(
  { data, frames, bins }: Frames & { data: Float32Array },
  sampleRate = SAMPLE_RATE,
): Pitches {
  const nFft = 2 * (bins - 1);
  const first = Math.max(1, Math.ceil((LOWEST_HZ * nFft) / sampleRate));
  const last = Math.min(bins - 2, Math.ceil((Math.min(HIGHEST_HZ, sampleRate / 2) * nFft) / sampleRate) - 1);
  // Of two neighbours at most one is a maximum.
  const most = frames * Math.max(0, (last - first + 2) >> 1);
  const frequency = new Float32Array(most);
  const magnitude = new Float32Array(most);
  // Magnitudes are not negative: they compare as their bits do, and integers compare in half the time.
  const order = new Int32Array(data.buffer, data.byteOffset, data.length);
  const threshold = new Float32Array(1);
  const thresholdOrder = new Int32Array(threshold.buffer);
  let count = 0;
  for (let t = 0; t < frames; t++) {
    const row = t * bins;
    let largest = 0;
    for (let i = row; i < row + bins; i++) largest = Math.max(largest, order[i]);
    thresholdOrder[0] = largest;
    threshold[0] *= PEAK_THRESHOLD;
    const least = thresholdOrder[0];
    for (let k = first; k <= last; k++) {
      const peak = order[row + k];
      if (peak <= least || peak <= order[row + k - 1] || peak < order[row + k + 1]) continue;
      const here = data[row + k];
      const before = data[row + k - 1];
      const after = data[row + k + 1];
      const curvature = Math.fround(after + before) - 2 * here;
      const slope = Math.fround(after - before) / 2;
      const shift = Math.abs(slope) >= Math.abs(curvature) ? 0 : Math.fround(-slope / curvature);
      frequency[count] = ((k + shift) * sampleRate) / nFft;
      magnitude[count] = here + Math.fround(Math.fround(0.5 * slope) * shift);
      count++;
    }
  }
  return { frequency, magnitude, count };
}

/** Edges as `numpy.linspace(-0.5, 0.5, 101)` rounds them. */
const edge = (i: number): number => i * 0.01 - 0.5;

function histogramBin(residual: number): number {
  let bin = Math.floor((residual + 0.5) * HISTOGRAM_BINS);
  // The product may round to the other side of an edge.
  if (bin > 0 && residual < edge(bin)) bin--;
  else if (bin < HISTOGRAM_BINS - 1 && residual >= edge(bin + 1)) bin++;
  return Math.min(bin, HISTOGRAM_BINS - 1);
}
