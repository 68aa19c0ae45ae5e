import { BINS_PER_OCTAVE, BLOCK, TWIST_IM, TWIST_RE, type ConstantQBasis } from './constantQBasis.ts';
import { f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';
import { memoize } from '../../memoize.ts';

/** The filters of one octave in WebAssembly SIMD, real and imaginary part side by side. */
export interface ConstantQKernel {
  /** Magnitudes of the filters' responses to each of the last `spectra`, every value twice. */
  magnitudes: Float64Array;
  /** Sets the filters to use from now on. */
  use(basis: ConstantQBasis): void;
  /** @param re  real parts of `spectra` (up to 128) × BLOCK / 2 + 1 bins; imaginary parts likewise */
  respond(re: Float32Array, im: Float32Array, spectra: number): void;
}

/** Capacity in spectra: more than a block has at the shortest hop. */
const SPECTRA = 128;

/** The kernel; all callers share one. */
export const constantQKernel = memoize(createKernel);

const VECTOR = 16;
const BINS = BLOCK / 2 + 1;
/** Bytes per filter: the addresses of its first bin and its weights, and their number. */
const FILTER = 12;

function createKernel(): ConstantQKernel {
  let bytes = 0;
  const reserve = (size: number): number => (bytes += Math.ceil(size / VECTOR) * VECTOR) - Math.ceil(size / VECTOR) * VECTOR; // prettier-ignore
  const [reAt, imAt] = [reserve(SPECTRA * BINS * 4), reserve(SPECTRA * BINS * 4)];
  const [twistAt, crossAt, turnedAt] = Array.from({ length: 3 }, () => reserve(BINS * VECTOR));
  const filtersAt = reserve(BINS_PER_OCTAVE * FILTER);
  const responsesAt = reserve(SPECTRA * BINS_PER_OCTAVE * VECTOR);
  const rangeAt = reserve(12);
  const weightsAt = reserve(BINS_PER_OCTAVE * BINS * 8);

  const { memory, functions } = instantiate(bytes, {
    respond(body) {
      const [spectra, first, count] = [0, 4, 8].map((offset) => i32.load(i32.constant(rangeAt), offset));
      const from = (at: number, size: number) => i32.add(i32.multiply(first, size), at);
      const steps = [BINS * 4, BINS * 4, BINS_PER_OCTAVE * VECTOR];
      body.loop(spectra, [from(reAt, 4), from(imAt, 4), responsesAt], steps, (spectrumRe, spectrumIm, responses) => {
        body.loop(count, [spectrumRe, spectrumIm, from(0, VECTOR)], [4, 4, VECTOR], (re, im, at) => {
          // (re + i im) times the twist
          const [real, imaginary] = [re, im].map((part) => f64x2.promoteLow(v128.loadSplat(part)));
          const straight = f64x2.mul(real, v128.load(at, twistAt));
          const crossed = f64x2.mul(imaginary, v128.load(at, crossAt));
          body.emit(v128.store(at, f64x2.add(straight, crossed), turnedAt));
        });
        body.loop(BINS_PER_OCTAVE, [filtersAt, responses], [FILTER, VECTOR], (filter, response) => {
          const sum = body.variable();
          const [bin, weight, width] = [0, 4, 8].map((offset) => i32.load(filter, offset));
          body.loop(width, [bin, weight], [VECTOR, 8], (at, factor) => {
            sum.set(f64x2.add(sum.get, f64x2.mul(f64x2.loadSplat(factor), v128.load(at))));
          });
          const power = body.keep(f64x2.mul(sum.get, sum.get));
          body.emit(v128.store(response, f64x2.sqrt(f64x2.add(power, f64x2.swap(power)))));
        });
      });
    },
  });
  for (let j = 0; j < BINS; j++) {
    new Float64Array(memory, twistAt + j * VECTOR, 2).set([TWIST_RE[j], TWIST_IM[j]]);
    new Float64Array(memory, crossAt + j * VECTOR, 2).set([-TWIST_IM[j], TWIST_RE[j]]);
  }
  const filters = new Int32Array(memory, filtersAt, BINS_PER_OCTAVE * 3);
  const [blockRe, blockIm] = [reAt, imAt].map((at) => new Float32Array(memory, at, SPECTRA * BINS));
  const range = new Int32Array(memory, rangeAt, 3);
  return {
    magnitudes: new Float64Array(memory, responsesAt, SPECTRA * 2 * BINS_PER_OCTAVE),
    use({ starts, counts, weights, firstBin, lastBin }) {
      new Float64Array(memory, weightsAt, weights.length).set(weights);
      range.set([firstBin, lastBin - firstBin + 1], 1);
      for (let k = 0, at = 0; k < BINS_PER_OCTAVE; at += counts[k++]) {
        filters.set([turnedAt + starts[k] * VECTOR, weightsAt + at * 8, counts[k]], 3 * k);
      }
    },
    respond(re, im, spectra) {
      blockRe.set(re.subarray(0, spectra * BINS));
      blockIm.set(im.subarray(0, spectra * BINS));
      range[0] = spectra;
      functions.respond();
    },
  };
}
