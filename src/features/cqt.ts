import { BINS_PER_OCTAVE, BLOCK, constantQBasis, OCTAVES } from './constantQBasis.ts';
import { constantQKernel } from './constantQKernel.ts';
import { createRealFft } from './fft.ts';
import { halveRate } from './resample.ts';
import type { Frames } from './types.ts';

const HOP = 512;
const BINS = BINS_PER_OCTAVE * OCTAVES;

/**
 * Magnitudes of the constant-Q transform by recursive downsampling (Schörkhuber and Klapuri, 2010): 36 bins an octave, 7 octaves from C1.
 * Matches `|librosa.cqt(y, sr=16000, n_bins=252, bins_per_octave=36, tuning=tuning)|` 0.10.2 within 1e-6 of its largest value.
 * @param signal  16 kHz
 * @param tuning  fraction of a bin, as `estimateTuning` gives it
 * @returns  1 + floor(length / 512) frames × 252
 */
export function constantQ(signal: Float32Array, tuning: number): Frames {
  const frames = 1 + Math.floor(signal.length / HOP);
  const data = new Float32Array(frames * BINS);
  constantQKernel().use(constantQBasis(tuning));
  let octaveSignal = signal;
  for (let halvings = 0; halvings < OCTAVES; halvings++) {
    if (halvings > 0) octaveSignal = halveRate(octaveSignal);
    writeOctave(data, frames, halvings, octaveSignal);
  }
  return { data, frames, bins: BINS };
}

/** The magnitudes of one octave's filters, in frames of 512 samples centred as in `stft`. */
function writeOctave(data: Float32Array, frames: number, halvings: number, signal: Float32Array): void {
  const hop = HOP >> halvings;
  // Lower octaves have longer filters, and librosa's scaling makes up for them.
  const scale = 2 ** (halvings / 2);
  const fft = createRealFft(BLOCK);
  const block = fft.samples;
  const padded = new Float64Array(signal.length + BLOCK);
  padded.set(signal, BLOCK / 2);
  const { re, im, responses, run } = constantQKernel();
  for (let t = 0; t < frames; t++) {
    block.set(padded.subarray(t * hop, t * hop + BLOCK));
    fft.forward(block, re, im);
    run();
    const target = t * BINS + (OCTAVES - 1 - halvings) * BINS_PER_OCTAVE;
    for (let k = 0; k < BINS_PER_OCTAVE; k++) {
      const [real, imaginary] = [responses[2 * k], responses[2 * k + 1]];
      data[target + k] = scale * Math.sqrt(real * real + imaginary * imaginary);
    }
  }
}
