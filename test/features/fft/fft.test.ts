import { describe, expect, it } from 'vitest';
import { createComplexFft, createRealFft } from '../../../src/features/fft/fft.ts';
import { createRandom } from '../../../src/random.ts';

const noise = (size: number): Float64Array => {
  const random = createRandom(size);
  return Float64Array.from({ length: size }, () => random.between(-1, 1));
};

function spectrum(signal: Float64Array): { re: Float32Array; im: Float32Array } {
  const bins = signal.length / 2 + 1;
  const re = new Float32Array(bins);
  const im = new Float32Array(bins);
  createRealFft(signal.length).forward(signal, re, im);
  return { re, im };
}

describe('the real FFT', () => {
  const sizes = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 32_768];

  it.each(sizes)('of %i points agrees with the sum that defines it', (size) => {
    const signal = noise(size);
    const { re, im } = spectrum(signal);
    const step = Math.max(1, Math.floor(size / 61));
    for (let k = 0; k <= size / 2; k += step) {
      let sumRe = 0;
      let sumIm = 0;
      for (let n = 0; n < size; n++) {
        const angle = (2 * Math.PI * ((k * n) % size)) / size;
        sumRe += signal[n] * Math.cos(angle);
        sumIm -= signal[n] * Math.sin(angle);
      }
      expect(Math.abs(re[k] - sumRe)).toBeLessThan(1e-7 * Math.sqrt(size) * 4);
      expect(Math.abs(im[k] - sumIm)).toBeLessThan(1e-7 * Math.sqrt(size) * 4);
    }
    expect(im[0]).toBe(0);
    expect(im[size / 2]).toBe(0);
  });

  it.each(sizes)('of %i points is undone by its inverse', (size) => {
    const signal = noise(size);
    const { re, im } = spectrum(signal);
    const back = new Float64Array(size);
    createRealFft(size).inverse(re, im, back);
    expect(Math.max(...back.map((x, i) => Math.abs(x - signal[i])))).toBeLessThan(1e-6);
  });

  it('goes up to 2^20 points: a cosine lands in its bin', () => {
    const size = 2 ** 20;
    const { re, im } = spectrum(Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * 5 * i) / size)));
    expect(re[5] / size).toBeCloseTo(0.5, 6);
    re[5] = 0;
    const rest = [re, im].map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    expect(Math.max(...rest) / size).toBeLessThan(1e-6);
  });

  it('keeps the energy (Parseval)', () => {
    const signal = noise(2048);
    const { re, im } = spectrum(signal);
    const energy = signal.reduce((sum, x) => sum + x * x, 0);
    let spectral = 0;
    for (let k = 0; k <= 1024; k++) spectral += (k % 1024 === 0 ? 1 : 2) * (re[k] ** 2 + im[k] ** 2);
    expect(spectral / 2048).toBeCloseTo(energy, 4);
  });

  it('puts a cosine into one bin', () => {
    const { re, im } = spectrum(Float64Array.from({ length: 64 }, (_, i) => Math.cos((2 * Math.PI * 5 * i) / 64)));
    for (let k = 0; k <= 32; k++) expect(Math.hypot(re[k], im[k])).toBeCloseTo(k === 5 ? 32 : 0, 6);
  });

  it('writes and reads a spectrum at an offset, and leaves the rest alone', () => {
    const signal = noise(16);
    const re = new Float32Array(30).fill(7);
    const im = new Float32Array(30).fill(7);
    createRealFft(16).forward(signal, re, im, 10);
    const alone = spectrum(signal);
    expect(re.slice(10, 19)).toEqual(alone.re);
    expect(im.slice(10, 19)).toEqual(alone.im);
    expect([re[9], re[19], im[9], im[19]]).toEqual([7, 7, 7, 7]);
    const back = new Float64Array(16);
    createRealFft(16).inverse(re, im, back, 10);
    for (let i = 0; i < 16; i++) expect(back[i]).toBeCloseTo(signal[i], 6);
  });

  it.each([0, 3, 8, 100, 2.5, -8, Number.NaN])('refuses %d points', (size) => {
    expect(() => createRealFft(size)).toThrow(/power of two/);
  });
});

describe('the complex FFT', () => {
  it.each([4, 8, 64, 512, 2048])('of %i points turns a rotating phasor into one bin', (size) => {
    const turns = size / 4 + 1;
    const re = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * turns * i) / size));
    const im = Float64Array.from({ length: size }, (_, i) => Math.sin((2 * Math.PI * turns * i) / size));
    createComplexFft(size).transform(re, im);
    expect(Math.max(...re.map((x, k) => Math.abs(x - (k === turns ? size : 0))))).toBeLessThan(1e-8);
    expect(Math.max(...im.map(Math.abs))).toBeLessThan(1e-8);
  });
});
