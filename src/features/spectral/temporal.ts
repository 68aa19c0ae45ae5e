/** Samples per frame, and between the starts of frames. */
export interface FrameOptions {
  /** Default 2048. */
  frameLength?: number;
  /** Default 512. */
  hop?: number;
}

/** Samples as quiet as this count as zero, and zero as positive. */
const ZERO = 1e-10;

const isNegative = (sample: number): number => (sample < -ZERO ? 1 : 0);

/**
 * Share of the samples of every frame whose sign differs from that of the previous sample; the frame's first sample never counts.
 * Matches `librosa.feature.zero_crossing_rate` 0.10.2 exactly: centred frames, the first and last samples repeated beyond the ends.
 * @param signal  at least one sample
 * @returns  1 + floor(length / hop) values, 0 … 1
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * zeroCrossingRate(tone)[16] // → 0.055
 */
export function zeroCrossingRate(
  signal: Float32Array,
  { frameLength = 2048, hop = 512 }: FrameOptions = {},
): Float64Array {
  const length = signal.length;
  // crossings[i]: number of sign changes in the samples 1 … i
  const crossings = new Int32Array(length);
  for (let i = 1, count = 0, before = isNegative(signal[0]); i < length; i++) {
    const now = isNegative(signal[i]);
    count += now ^ before;
    crossings[i] = count;
    before = now;
  }
  const rates = new Float64Array(1 + Math.floor(length / hop));
  for (let t = 0; t < rates.length; t++) {
    const start = t * hop - frameLength / 2;
    const from = Math.min(length - 1, Math.max(0, start));
    const to = Math.min(length - 1, Math.max(0, start + frameLength - 1));
    rates[t] = (crossings[to] - crossings[from]) / frameLength;
  }
  return rates;
}

/**
 * Root mean square of every frame.
 * Matches `librosa.feature.rms(y=signal)` 0.10.2 within 1e-6 of each value: centred frames, zeros beyond the signal.
 * @param signal  at least one sample
 * @returns  1 + floor(length / hop) values
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * rms(tone)[16] // → 0.708
 */
export function rms(signal: Float32Array, { frameLength = 2048, hop = 512 }: FrameOptions = {}): Float64Array {
  // Frames overlap: if their edges are multiples of the hop, each sample is squared only once.
  const step = (frameLength / 2) % hop === 0 ? hop : 1;
  const energies = new Float64Array(Math.ceil(signal.length / step));
  for (let s = 0; s < energies.length; s++) {
    const end = Math.min(signal.length, (s + 1) * step);
    let energy = 0;
    for (let i = s * step; i < end; i++) energy += signal[i] * signal[i];
    energies[s] = energy;
  }
  const values = new Float64Array(1 + Math.floor(signal.length / hop));
  for (let t = 0; t < values.length; t++) {
    const start = (t * hop - frameLength / 2) / step;
    const end = Math.min(energies.length, start + frameLength / step);
    let energy = 0;
    for (let s = Math.max(0, start); s < end; s++) energy += energies[s];
    values[t] = Math.sqrt(energy / frameLength);
  }
  return values;
}
