import { SerError } from '../../error.ts';
import { createFftKernel } from './fftKernel.ts';
import { memoize } from '../../memoize.ts';

/** A discrete Fourier transform of real signals of one fixed size; not reentrant (it owns scratch memory). */
export interface RealFft {
  size: number;
  /** The transform's own buffer of `size` samples: given as input or output it saves a copy. */
  samples: Float64Array;
  /**
   * X[k] = Σ x[n] e^(−2πikn/size) for k = 0 … size/2, unscaled, as `numpy.fft.rfft` (in float64, with the result rounded to float32).
   * @param input  `size` samples
   * @param re  real parts of the size/2 + 1 bins, written from index `at`
   * @param im  imaginary parts, likewise
   */
  forward(input: Float64Array, re: Float32Array, im: Float32Array, at?: number): void;
  /**
   * The inverse of `forward`, with the factor 1/size, as `numpy.fft.irfft`: the imaginary parts of the first and last bins are ignored.
   * @param re  real parts of the size/2 + 1 bins, read from index `at`
   * @param im  imaginary parts, likewise
   * @param output  `size` samples
   */
  inverse(re: Float32Array, im: Float32Array, output: Float64Array, at?: number): void;
}

/** An unscaled forward complex transform of one fixed size, in place; not reentrant (it owns scratch memory). */
export interface ComplexFft {
  size: number;
  transform(re: Float64Array, im: Float64Array): void;
}

/**
 * The real transform of `size` samples, a power of two from 16 to 2^20. Calls with the same size share one transform.
 * @throws {SerError} `usage` for any other size
 */
export const createRealFft = memoize((size: number): RealFft => {
  checkFftSize(size);
  const kernel = createFftKernel(size);
  const bins = size / 2 + 1;
  return {
    size,
    samples: kernel.samples,
    forward(input, re, im, at = 0) {
      if (input !== kernel.samples) kernel.samples.set(input);
      kernel.forward();
      re.set(kernel.re, at);
      im.set(kernel.im, at);
    },
    inverse(re, im, output, at = 0) {
      // Copied in a loop: a view of the row would cost one allocation per frame.
      for (let k = 0; k < bins; k++) {
        kernel.re[k] = re[at + k];
        kernel.im[k] = im[at + k];
      }
      kernel.im[0] = 0;
      kernel.im[bins - 1] = 0;
      kernel.inverse();
      if (output !== kernel.samples) output.set(kernel.samples);
    },
  };
});

/**
 * The complex transform of `size` values, a power of two from 2 to 2^20 (radix 2; meant for preparing filters, not for frames).
 * Calls with the same size share one transform.
 * @throws {SerError} `usage` for any other size
 */
export const createComplexFft = memoize((size: number): ComplexFft => {
  checkFftSize(size, 2);
  const cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  const scratchRe = new Float64Array(size);
  const scratchIm = new Float64Array(size);
  return {
    size,
    transform(re, im) {
      let [xr, xi, yr, yi]: Float64Array[] = [re, im, scratchRe, scratchIm];
      // Stockham's self-sorting passes, decimation in frequency.
      for (let half = size / 2, stride = 1; half >= 1; half /= 2, stride *= 2) {
        for (let p = 0; p < half; p++) {
          const c = cos[p * stride];
          const s = sin[p * stride];
          for (let q = 0; q < stride; q++) {
            const a = q + stride * p;
            const b = a + stride * half;
            const o = q + stride * 2 * p;
            const dr = xr[a] - xr[b];
            const di = xi[a] - xi[b];
            yr[o] = xr[a] + xr[b];
            yi[o] = xi[a] + xi[b];
            yr[o + stride] = dr * c - di * s;
            yi[o + stride] = dr * s + di * c;
          }
        }
        [xr, xi, yr, yi] = [yr, yi, xr, xi];
      }
      if (xr !== re) {
        re.set(xr);
        im.set(xi);
      }
    },
  };
});

/** @throws {SerError} `usage` unless the size is a power of two from `least` to 2^20 */
export function checkFftSize(size: number, least = 16): void {
  if (size >= least && size <= 2 ** 20 && Number.isInteger(Math.log2(size))) return;
  throw new SerError('usage', `An FFT cannot have ${size} points: give a power of two from ${least} to 2^20.`);
}
