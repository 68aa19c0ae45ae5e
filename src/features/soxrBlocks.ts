import { createPffft, type Pffft } from './pffft.ts';
import { createScratch } from './scratch.ts';
import type { Stage } from './soxrStage.ts';

const { fround } = Math;

/** Stages run one after the other: all share it. */
const scratch = createScratch();

/** Blocks are no smaller than this, and those of very long filters less than twice as long. */
const LEAST_BLOCK = 2 ** 10;
const LARGE_BLOCK = 2 ** 17;

/**
 * A stage of soxr's that convolves in blocks (overlap-save): puts `up − 1` zeros behind each sample, filters, and keeps one of `down`.
 * Zeros are put in by repeating the spectrum if `up` is a power of two. Its rounding to float32 depends on the block that a sample
 * falls into; it is the same as soxr's, bit for bit.
 * @param taps  an odd number, symmetric about the middle one
 * @param cut  whether one of two or four is kept by cutting off the upper spectrum: the filter must leave nothing there
 */
export function createBlockStage(taps: Float64Array, up: number, down: number, cut: boolean): Stage {
  const size = blockSize(taps.length);
  const overlap = taps.length - 1;
  const delay = overlap / 2;
  const advance = size - overlap;
  const spread = isPowerOfTwo(up) ? up : 1;
  const kept = cut && (down === 2 || down === 4) ? down : 1;
  const filter = spread === 1 && kept === 1 ? filterWithin(taps, size, up) : filterAcross(taps, size, up, spread, kept);
  const blocks = (length: number): number => Math.floor(((length - 1) * down) / advance) + 1;

  return {
    needs: (length) => Math.ceil(((blocks(length) - 1) * advance + size - delay) / up),
    run(signal, length) {
      const input = createPffft(size / spread).samples;
      const filtered = createPffft(size / kept).samples;
      const output = new Float32Array(length);
      // Zeros around make each block one copy.
      const lead = Math.ceil(delay / up);
      const padded = scratch('padded', lead + Math.max(signal.length, this.needs(length)) + 1);
      padded.fill(0, 0, lead);
      padded.set(signal, lead);
      padded.fill(0, lead + signal.length);
      const good = advance / kept;
      const step = down / kept;
      for (let b = 0, m = 0; b < blocks(length); b++) {
        // Both counted at the rate in between, from the first sample of the signal on.
        const start = b * advance;
        const first = start - delay;
        if (spread === up) {
          const from = lead + first / up;
          input.set(padded.subarray(from, from + size / up));
        } else {
          input.fill(0);
          let j = lead + Math.ceil(first / up);
          for (let i = (j - lead) * up - first; i < size; i += up) input[i] = padded[j++];
        }
        filter();
        const offset = (m * down - start) / kept;
        if (step === 1) {
          const count = Math.min(good - offset, length - m);
          output.set(filtered.subarray(offset, offset + count), m);
          m += count;
        } else for (let i = offset; i < good && m < length; i += step) output[m++] = filtered[i];
      }
      return output;
    },
  };
}

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));

function blockSize(taps: number): number {
  const exponent = Math.log2(taps);
  const most = Math.max(Math.trunc(exponent + 1.77), Math.log2(LARGE_BLOCK));
  return 2 ** Math.min(Math.max(Math.trunc(exponent + 2.77), Math.log2(LEAST_BLOCK)), most);
}

/** From the samples of a transform to those that are filtered, in place. */
function filterWithin(taps: Float64Array, size: number, up: number): () => void {
  const fft = createPffft(size);
  setFilter(fft, taps, size, up);
  const filter = fft.filter();
  return () => fft.convolve(filter);
}

/** From the samples of a transform `spread` times smaller to those of one `kept` times smaller. */
function filterAcross(taps: Float64Array, size: number, up: number, spread: number, kept: number): () => void {
  const [whole, forward, inverse] = [1, spread, kept].map((share) => createPffft(size / share));
  const [filter, spectrum, product] = [1, 2, 3].map(() => emptySpectrum(size));
  setFilter(whole, taps, size, up);
  whole.forward(filter.re, filter.im);
  const last = size / kept / 2;
  return () => {
    forward.forward(spectrum.re, spectrum.im, last);
    repeat(spectrum, size / spread, last);
    multiply(spectrum, filter, product, last);
    inverse.inverse(product.re, product.im);
  };
}

/** The filter as samples: its last tap meets the first sample of a block, and it is scaled for a transform there and back. */
function setFilter({ samples }: Pffft, taps: Float64Array, size: number, up: number): void {
  const scale = (1 / size) * up;
  samples.fill(0);
  taps.forEach((tap, i) => (samples[(i + size - taps.length + 1) % size] = tap * scale));
}

interface Spectrum {
  re: Float32Array;
  im: Float32Array;
}

const emptySpectrum = (size: number): Spectrum => ({
  re: new Float32Array(size / 2 + 1),
  im: new Float32Array(size / 2 + 1),
});

/**
 * Writes a spectrum's bins up to `last` that lie beyond its half: the mirror images of the others, then all of them again.
 * @param period  after how many bins the spectrum comes again
 */
function repeat({ re, im }: Spectrum, period: number, last: number): void {
  for (let k = period / 2 + 1; k <= last; k++) {
    const j = k % period;
    const mirrored = 2 * j > period;
    re[k] = mirrored ? re[period - j] : re[j];
    im[k] = mirrored ? -im[period - j] : im[j];
  }
}

/** Bins 0 to `last` of a spectrum times a filter's. */
function multiply({ re, im }: Spectrum, filter: Spectrum, product: Spectrum, last: number): void {
  for (let k = 0; k <= last; k++) {
    product.re[k] = fround(re[k] * filter.re[k]) - fround(im[k] * filter.im[k]);
    product.im[k] = fround(im[k] * filter.re[k]) + fround(re[k] * filter.im[k]);
  }
}
