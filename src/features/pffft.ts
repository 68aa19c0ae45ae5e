import { cosf, sinf } from './sinf.ts';
import {
  type Constants,
  type Pass,
  writeBackward,
  writeForward,
  writeJoining,
  writeParting,
  writeProduct,
} from './pffftPasses.ts';
import { instantiate, type Body } from './wasm.ts';

/** A float32 transform of real signals of one fixed size, rounded like pffft's on SSE; not reentrant (it owns its memory). */
export interface Pffft {
  /** `size` samples: what `forward` reads and `inverse` writes. `forward` spoils them. */
  samples: Float32Array;
  /**
   * X[k] = Σ x[n] e^(−2πikn/size): the size/2 + 1 bins, unscaled; the imaginary parts of the first and the last are 0.
   * @param last  the last bin that is wanted. Default size/2.
   */
  forward(re: Float32Array, im: Float32Array, last?: number): void;
  /** The inverse of `forward`, times `size`; the imaginary parts of the first and the last bin are ignored. */
  inverse(re: Float32Array, im: Float32Array): void;
  /** The spectrum of `samples`, which it spoils, in an order of its own: what `convolve` takes. */
  filter(): Float32Array;
  /** `samples` filtered: what `forward`, a product bin by bin and `inverse` would give, without leaving that order. */
  convolve(filter: Float32Array): void;
}

const VECTOR = 16;
const { fround } = Math;
const SQRT_HALF = fround(Math.SQRT1_2);
const SQRT_2 = fround(Math.SQRT2);

const cache = new Map<number, Pffft>();

/**
 * The transform that soxr 0.1.3 computes its filters with, bit for bit. Calls with the same size share one transform.
 * @param size  a power of two from 64 on
 */
export function createPffft(size: number): Pffft {
  const cached = cache.get(size);
  if (cached) return cached;
  const vectors = size / 4;

  // Bytes: twiddles of the passes, of the joining, constants; then two buffers, each with a spare vector before it.
  const turnsAt = 4 * vectors;
  const constantsAt = 4 * size;
  const constants: Constants = {
    minusSqrtHalf: constantsAt,
    minusSqrt2: constantsAt + 4,
    minus1: constantsAt + 8,
    minus2: constantsAt + 12,
  };
  const bufferA = constantsAt + 2 * VECTOR;
  const bufferB = bufferA + 4 * size + VECTOR;
  const filterAt = bufferB + 4 * size;
  const other = (buffer: number): number => (buffer === bufferA ? bufferB : bufferA);

  const { passes, twiddles } = planPasses(vectors);
  const functions: Record<string, (body: Body) => void> = {};
  let at = bufferA;
  passes.toReversed().forEach((pass, i) => {
    const from = at;
    at = other(at);
    functions[`forward${i}`] = (body) => writeForward(body, pass, from, other(from), constants);
  });
  const fourSpectra = at;
  const spectrum = other(at);
  functions.join = (body) => writeJoining(body, fourSpectra, spectrum, vectors, turnsAt);
  functions.product = (body) => writeProduct(body, spectrum, filterAt, vectors);
  // As many steps back: they end where those forward began.
  at = fourSpectra;
  functions.part = (body) => writeParting(body, spectrum, fourSpectra, vectors, turnsAt);
  passes.forEach((pass, i) => {
    const from = at;
    at = other(at);
    functions[`backward${i}`] = (body) => writeBackward(body, pass, from, other(from), constants);
  });

  const kernel = instantiate(filterAt + 4 * size, functions);
  const view = (address: number, length: number): Float32Array => new Float32Array(kernel.memory, address, length);
  view(0, vectors).set(twiddles);
  view(turnsAt, 3 * vectors).set(joiningTwiddles(size));
  view(constantsAt, 4).set([-SQRT_HALF, -SQRT_2, -1, -2]);
  const steps = (prefix: string): (() => void)[] => passes.map((_, i) => kernel.functions[prefix + i]);
  const [forward, backward] = [steps('forward'), steps('backward')];
  const { join, part, product } = kernel.functions;
  const places = binPlaces(size);
  const [four, bins, filterBins] = [fourSpectra, spectrum, filterAt].map((address) => view(address, size));
  const toBins = (): void => {
    for (const step of forward) step();
    join();
    joinFirst(four, bins);
  };
  const toSamples = (): void => {
    part();
    partFirst(bins, four);
    for (const step of backward) step();
  };

  const pffft: Pffft = {
    samples: view(bufferA, size),
    forward(re, im, last = size / 2) {
      toBins();
      unpack(bins, places, re, im, last);
    },
    inverse(re, im) {
      pack(bins, places, re, im);
      toSamples();
    },
    filter() {
      toBins();
      return bins.slice();
    },
    convolve(filter) {
      filterBins.set(filter);
      toBins();
      // The first and the last bin are real and stand where one complex bin would.
      const [first, last] = [bins[0] * filter[0], bins[4] * filter[4]];
      product();
      bins[0] = first;
      bins[4] = last;
      toSamples();
    },
  };
  cache.set(size, pffft);
  return pffft;
}

/** The passes in the order of the inverse, radix 2 first if need be, and their twiddles one after the other. */
function planPasses(points: number): { passes: Pass[]; twiddles: Float32Array } {
  const passes: Pass[] = [];
  const twiddles = new Float32Array(points);
  const turn = fround((2 * Math.PI) / points);
  for (let groups = 1, at = 0; groups < points;) {
    const radix = groups === 1 && Math.log2(points) % 2 === 1 ? 2 : 4;
    const span = points / (groups * radix);
    passes.push({ radix, groups, span, twiddles: 4 * at });
    for (let run = 1; run < radix; run++, at += span) {
      const step = fround(run * groups * turn);
      for (let k = 1; 2 * k < span; k++) {
        const angle = fround(k * step);
        twiddles[at + 2 * k - 2] = cosf(angle);
        twiddles[at + 2 * k - 1] = sinf(angle);
      }
    }
    groups *= radix;
  }
  return { passes, twiddles };
}

/** For each block of four points: cosines, then sines of their first, second and third multiples. */
function joiningTwiddles(size: number): Float32Array {
  const table = new Float32Array((3 * size) / 4);
  for (let k = 0; k < size / 8; k++) {
    for (let multiple = 1; multiple <= 3; multiple++) {
      const angle = fround((-2 * Math.PI * multiple * k) / size);
      const at = 24 * (k >> 2) + 8 * (multiple - 1) + (k & 3);
      table[at] = cosf(angle);
      table[at + 4] = sinf(angle);
    }
  }
  return table;
}

/** Where each bin's real part lies, the imaginary part 4 floats behind it; the last bin lies as if it were bin 0's. */
function binPlaces(size: number): Int32Array {
  const places = new Int32Array(size / 2);
  for (let k = 0; k < size / 8; k++) {
    const at = 32 * (k >> 2) + (k & 3);
    places[k] = at;
    places[k === 0 ? size / 8 : size / 4 - k] = at + 8;
    places[size / 4 + k] = at + 16;
    places[k === 0 ? (3 * size) / 8 : size / 2 - k] = at + 24;
  }
  return places;
}

function unpack(bins: Float32Array, places: Int32Array, re: Float32Array, im: Float32Array, last: number): void {
  for (let k = Math.min(last, places.length - 1); k >= 0; k--) {
    re[k] = bins[places[k]];
    im[k] = bins[places[k] + 4];
  }
  re[places.length] = im[0];
  im[0] = im[places.length] = 0;
}

function pack(bins: Float32Array, places: Int32Array, re: Float32Array, im: Float32Array): void {
  for (let k = 0; k < places.length; k++) {
    bins[places[k]] = re[k];
    bins[places[k] + 4] = im[k];
  }
  bins[4] = re[places.length];
}

/** Lane 0 of the first block: the bins at 0, 1/8, 2/8, 3/8 and 4/8 of the rate, from the first and the last point of the four. */
function joinFirst(four: Float32Array, bins: Float32Array): void {
  const [a, b, c, d] = four;
  const [p, q, r, s] = four.subarray(four.length - 4);
  bins[0] = fround(a + c) + fround(b + d);
  bins[4] = fround(a + c) - fround(b + d);
  bins[16] = a - c;
  bins[20] = d - b;
  const cosine = fround(SQRT_HALF * fround(q - s));
  const sine = fround(SQRT_HALF * fround(q + s));
  bins[8] = p + cosine;
  bins[12] = -r - sine;
  bins[24] = p - cosine;
  bins[28] = r - sine;
}

/** The way back. */
function partFirst(bins: Float32Array, four: Float32Array): void {
  const [re0, re1, re2, re3] = [bins[0], bins[8], bins[16], bins[24]];
  const [im0, im1, im2, im3] = [bins[4], bins[12], bins[20], bins[28]];
  const last = four.length - 4;
  four[0] = fround(re0 + im0) + 2 * re2;
  four[1] = fround(re0 - im0) - 2 * im2;
  four[2] = fround(re0 + im0) - 2 * re2;
  four[3] = fround(re0 - im0) + 2 * im2;
  const cosine = fround(SQRT_2 * fround(re1 - re3));
  const sine = fround(SQRT_2 * fround(im1 + im3));
  four[last] = 2 * fround(re1 + re3);
  four[last + 1] = cosine - sine;
  four[last + 2] = 2 * fround(im3 - im1);
  four[last + 3] = -cosine - sine;
}
