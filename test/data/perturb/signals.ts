import { createRealFft } from '../../../src/features/fft/fft.ts';
import { createRandom } from '../../../src/random.ts';

export const SECOND = 16_000;

export const tone = (hertz: number, amplitude: number, samples: number, rate = 16_000): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate));

export const whiteNoise = (amplitude: number, samples: number, seed: number | string = 1): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: samples }, () => amplitude * random.normal());
};

export const meanSquare = (signal: ArrayLike<number>): number =>
  Array.from(signal).reduce((sum, value) => sum + value * value, 0) / signal.length;

export const decibels = (ratio: number): number => 10 * Math.log10(ratio);

/** Energy between two frequencies: a periodogram of pieces under Hann windows. */
export function bandEnergies(signal: Float32Array, rate = 16_000): (low: number, high: number) => number {
  const size = Math.min(2 ** 15, 2 ** Math.floor(Math.log2(signal.length)));
  const fft = createRealFft(size);
  const [re, im] = [new Float32Array(size / 2 + 1), new Float32Array(size / 2 + 1)];
  const energy = new Float64Array(size / 2 + 1);
  for (let at = 0; at + size <= signal.length; at += size) {
    const piece = Float64Array.from({ length: size }, (_, i) => signal[at + i] * Math.sin((Math.PI * i) / size) ** 2);
    fft.forward(piece, re, im);
    energy.forEach((_, k) => (energy[k] += re[k] ** 2 + im[k] ** 2));
  }
  return (low, high) =>
    energy.reduce((sum, one, k) => ((k * rate) / size >= low && (k * rate) / size < high ? sum + one : sum), 0);
}
