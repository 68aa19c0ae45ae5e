import { SerError } from '../error.ts';

/** A discrete Fourier transform of real signals of one fixed size; not reentrant (it owns scratch memory). */
export interface RealFft {
  size: number;
  /**
   * X[k] = Σ x[n] e^(−2πikn/size) for k = 0 … size/2, unscaled, as `numpy.fft.rfft`.
   * @param input  `size` samples
   * @param re  real parts of the size/2 + 1 bins, written from index `at` on
   * @param im  imaginary parts, likewise
   */
  forward(input: Float64Array, re: Float32Array, im: Float32Array, at?: number): void;
  /**
   * The inverse of `forward`, with the factor 1/size, as `numpy.fft.irfft`: the imaginary parts of the first and the last bin are ignored.
   * @param re  real parts of the size/2 + 1 bins, read from index `at` on
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

/** The cosines and negative sines of k/size turns, k = 0 … size − 1. */
interface Twiddles {
  cos: Float64Array;
  sin: Float64Array;
}

const twiddleCache = new Map<number, Twiddles>();
const realCache = new Map<number, RealFft>();
const complexCache = new Map<number, ComplexFft>();

/**
 * The real transform of `size` samples (a power of two, 8 or more), by one complex transform of half the size.
 * Calls with the same size share one transform.
 * @throws {SerError} `usage` for another size
 */
export function createRealFft(size: number): RealFft {
  const cached = realCache.get(size);
  if (cached) return cached;
  checkSize(size, 8);
  const half = size / 2;
  const quarter = size / 4;
  const { cos, sin } = twiddles(size);
  let ar = new Float64Array(half);
  let ai = new Float64Array(half);
  let br = new Float64Array(half);
  let bi = new Float64Array(half);

  /** Leaves the transform of a in a: the buffers trade names after every pass. */
  const passes = (): void => {
    let stride = 1;
    for (let length = half; length > 1;) {
      const radix = length === 2 || (length & 0x55555555) === 0 ? 2 : 4;
      if (radix === 4) pass4(length, stride, ar, ai, br, bi, cos, sin, size / length);
      else pass2(length, stride, ar, ai, br, bi, cos, sin, size / length);
      [ar, br] = [br, ar];
      [ai, bi] = [bi, ai];
      length /= radix;
      stride *= radix;
    }
  };

  const fft: RealFft = {
    size,
    forward(input, re, im, at = 0) {
      for (let i = 0, j = 0; i < half; i++, j += 2) {
        ar[i] = input[j];
        ai[i] = input[j + 1];
      }
      passes();
      const r = ar;
      const m = ai;
      // The spectra of the even and of the odd samples share one transform by symmetry; a twiddle joins them.
      re[at] = r[0] + m[0];
      im[at] = 0;
      re[at + half] = r[0] - m[0];
      im[at + half] = 0;
      for (let k = 1, l = half - 1; k < quarter; k++, l--) {
        const evenRe = 0.5 * (r[k] + r[l]);
        const evenIm = 0.5 * (m[k] - m[l]);
        const oddRe = 0.5 * (m[k] + m[l]);
        const oddIm = 0.5 * (r[l] - r[k]);
        const c = cos[k];
        const s = sin[k];
        const tRe = oddRe * c - oddIm * s;
        const tIm = oddRe * s + oddIm * c;
        re[at + k] = evenRe + tRe;
        im[at + k] = evenIm + tIm;
        re[at + l] = evenRe - tRe;
        im[at + l] = tIm - evenIm;
      }
      re[at + quarter] = r[quarter];
      im[at + quarter] = -m[quarter];
    },
    inverse(re, im, output, at = 0) {
      // conj(inverse) = forward(conj): exchanging real and imaginary parts on both sides does the same.
      const scale = 1 / size;
      ai[0] = scale * (re[at] + re[at + half]);
      ar[0] = scale * (re[at] - re[at + half]);
      for (let k = 1, l = half - 1; k < quarter; k++, l--) {
        const evenRe = scale * (re[at + k] + re[at + l]);
        const evenIm = scale * (im[at + k] - im[at + l]);
        const diffRe = scale * (re[at + k] - re[at + l]);
        const diffIm = scale * (im[at + k] + im[at + l]);
        const c = cos[k];
        const s = -sin[k];
        const oddRe = diffRe * c - diffIm * s;
        const oddIm = diffRe * s + diffIm * c;
        ai[k] = evenRe - oddIm;
        ar[k] = evenIm + oddRe;
        ai[l] = evenRe + oddIm;
        ar[l] = oddRe - evenIm;
      }
      ai[quarter] = 2 * scale * re[at + quarter];
      ar[quarter] = -2 * scale * im[at + quarter];
      passes();
      for (let i = 0, j = 0; i < half; i++, j += 2) {
        output[j] = ai[i];
        output[j + 1] = ar[i];
      }
    },
  };
  realCache.set(size, fft);
  return fft;
}

/**
 * The complex transform of `size` values (a power of two, 4 or more). Calls with the same size share one transform.
 * @throws {SerError} `usage` for another size
 */
export function createComplexFft(size: number): ComplexFft {
  const cached = complexCache.get(size);
  if (cached) return cached;
  checkSize(size, 4);
  const { cos, sin } = twiddles(size);
  const scratchRe = new Float64Array(size);
  const scratchIm = new Float64Array(size);
  const fft: ComplexFft = {
    size,
    transform(re, im) {
      let [ar, ai]: Float64Array[] = [re, im];
      let [br, bi]: Float64Array[] = [scratchRe, scratchIm];
      let stride = 1;
      for (let length = size; length > 1;) {
        const radix = length === 2 || (length & 0x55555555) === 0 ? 2 : 4;
        if (radix === 4) pass4(length, stride, ar, ai, br, bi, cos, sin, size / length);
        else pass2(length, stride, ar, ai, br, bi, cos, sin, size / length);
        [ar, ai, br, bi] = [br, bi, ar, ai];
        length /= radix;
        stride *= radix;
      }
      if (ar !== re) {
        re.set(ar);
        im.set(ai);
      }
    },
  };
  complexCache.set(size, fft);
  return fft;
}

function checkSize(size: number, least: number): void {
  if (size >= least && size <= 2 ** 24 && Number.isInteger(Math.log2(size))) return;
  throw new SerError('usage', `An FFT of ${size} points was asked for: give a power of two from ${least} to 2^24.`);
}

function twiddles(size: number): Twiddles {
  const cached = twiddleCache.get(size);
  if (cached) return cached;
  const cos = new Float64Array(size);
  const sin = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / size);
    sin[k] = -Math.sin((2 * Math.PI * k) / size);
  }
  const made = { cos, sin };
  twiddleCache.set(size, made);
  return made;
}

/**
 * One radix-4 pass of Stockham's self-sorting transform (decimation in frequency): `length` points at `stride`, from x to y.
 * `step` is how far apart the twiddles of this length are in the table.
 */
function pass4(
  length: number,
  stride: number,
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
  cos: Float64Array,
  sin: Float64Array,
  step: number,
): void {
  const quarter = length >> 2;
  const hop = stride * quarter;
  for (let p = 0; p < quarter; p++) {
    const t = p * step;
    const c1 = cos[t];
    const s1 = sin[t];
    const c2 = cos[2 * t];
    const s2 = sin[2 * t];
    const c3 = cos[3 * t];
    const s3 = sin[3 * t];
    let i0 = stride * p;
    let o0 = stride * 4 * p;
    for (const end = i0 + stride; i0 < end; i0++, o0++) {
      const i1 = i0 + hop;
      const i2 = i1 + hop;
      const i3 = i2 + hop;
      const ar = xr[i0];
      const ai = xi[i0];
      const br = xr[i1];
      const bi = xi[i1];
      const cr = xr[i2];
      const ci = xi[i2];
      const dr = xr[i3];
      const di = xi[i3];
      const apcr = ar + cr;
      const apci = ai + ci;
      const amcr = ar - cr;
      const amci = ai - ci;
      const bpdr = br + dr;
      const bpdi = bi + di;
      const bmdr = br - dr;
      const bmdi = bi - di;
      yr[o0] = apcr + bpdr;
      yi[o0] = apci + bpdi;
      const ur = amcr + bmdi;
      const ui = amci - bmdr;
      const o1 = o0 + stride;
      yr[o1] = ur * c1 - ui * s1;
      yi[o1] = ur * s1 + ui * c1;
      const vr = apcr - bpdr;
      const vi = apci - bpdi;
      const o2 = o1 + stride;
      yr[o2] = vr * c2 - vi * s2;
      yi[o2] = vr * s2 + vi * c2;
      const wr = amcr - bmdi;
      const wi = amci + bmdr;
      const o3 = o2 + stride;
      yr[o3] = wr * c3 - wi * s3;
      yi[o3] = wr * s3 + wi * c3;
    }
  }
}

/** The radix-2 pass that sizes with an odd power of two need once. */
function pass2(
  length: number,
  stride: number,
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
  cos: Float64Array,
  sin: Float64Array,
  step: number,
): void {
  const half = length >> 1;
  const hop = stride * half;
  for (let p = 0; p < half; p++) {
    const c = cos[p * step];
    const s = sin[p * step];
    let i = stride * p;
    let o = stride * 2 * p;
    for (const end = i + stride; i < end; i++, o++) {
      const ar = xr[i];
      const ai = xi[i];
      const br = xr[i + hop];
      const bi = xi[i + hop];
      yr[o] = ar + br;
      yi[o] = ai + bi;
      const ur = ar - br;
      const ui = ai - bi;
      yr[o + stride] = ur * c - ui * s;
      yi[o + stride] = ur * s + ui * c;
    }
  }
}
