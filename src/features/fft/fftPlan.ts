import { planPasses, writePass, type Complex } from './fftPasses.ts';
import { f64x2, i32, v128, type Body, type Code } from '../wasm/wasm.ts';

/**
 * The real transform of one size in WebAssembly SIMD, two float64 at a time, assembled at run time so that it needs no build step.
 *
 * Even and odd samples become the real and imaginary parts of a complex transform of half the size, computed by Stockham's
 * self-sorting radix 4 (decimation in frequency; one radix-2 pass if needed); an extra pass separates the two. Every pass reads
 * one buffer and writes the other from the first byte to the last, with its twiddles stored in the order in which they are used.
 */

const { add, sub, mul } = f64x2;
const LANE = Float64Array.BYTES_PER_ELEMENT;
const VECTOR = 2 * LANE;

/** The code of a forward and an inverse transform, and the memory that they need. */
export interface FftPlan {
  /** The first byte after this memory. */
  end: number;
  /** Writes the tables. */
  fill(memory: ArrayBuffer): void;
  /** Addresses of the even and the odd samples, float64: the input of `forward`, the output of `inverse`. */
  before: { even: number; odd: number };
  after: { even: number; odd: number };
  /** Writes the size/2 + 1 bins to these addresses, in float32. */
  forward(body: Body, bins: Complex<Code>): void;
  /** Reads the bins, and applies the factor 1/size. The first and last imaginary parts must be 0. */
  inverse(body: Body, bins: Complex<Code>): void;
}

/**
 * @param size  a power of two, 16 or more
 * @param start  first byte of the memory that it may use
 */
export function planFft(size: number, start: number): FftPlan {
  const half = size / 2;
  const quarter = size / 4;
  // One element more than the transform has: the separation reads element `half`, a copy of element 0.
  const part = Math.ceil((half + 1) / 2) * VECTOR;
  const [one, other] = [start, start + 2 * part].map((re): Complex<number> => ({ re, im: re + part }));
  const tableAt = start + 4 * part;

  const twiddles: number[] = [];
  const angle = (k: number): number => (-2 * Math.PI * k) / size;
  /** Stores twiddles (for each pair of angles a vector of cosines, then one of sines) and returns their byte address. */
  const table = (values: number[]): number => {
    const at = tableAt + twiddles.length * LANE;
    for (const value of values) twiddles.push(value);
    return at;
  };

  const passes = planPasses(half, (length) => {
    const step = size / length;
    const lanes = length === half ? 2 : 1;
    const values: number[] = [];
    for (let p = 0; p < length / 4; p += lanes) {
      for (const power of [1, 2, 3]) {
        for (const part of [Math.cos, Math.sin]) {
          for (let lane = 0; lane < lanes; lane++) values.push(part(angle((p + lane) * power * step)));
        }
      }
    }
    return table(values);
  });
  const separation: number[] = [];
  for (let k = 0; k <= quarter; k += 2) {
    for (const part of [Math.cos, Math.sin]) separation.push(0.5 * part(angle(k)), 0.5 * part(angle(k + 1)));
  }
  const separationAt = table(separation);
  const constantsAt = table([0.5, 0.5, 2 / size, 2 / size, 1 / size, 1 / size]);
  const layout = { half, separationAt, constantsAt };
  const result = passes.length % 2 === 0 ? one : other;

  const transform = (body: Body): void => {
    passes.forEach((pass, i) => {
      const [x, y] = i % 2 === 0 ? [one, other] : [other, one];
      writePass(body, pass, x, y);
    });
  };
  return {
    end: tableAt + twiddles.length * LANE,
    fill: (memory) => new Float64Array(memory, tableAt, twiddles.length).set(twiddles),
    before: { even: one.re, odd: one.im },
    after: { even: result.im, odd: result.re },
    forward(body, bins) {
      transform(body);
      for (const part of [result.re, result.im]) {
        // The second element of this vector lies beyond the end, in the padding of the buffer.
        body.emit(v128.store(i32.constant(part + half * LANE), v128.load(i32.constant(part))));
      }
      writeSeparation(body, result, bins, layout);
    },
    inverse(body, bins) {
      // conj(inverse) = forward(conj): with real and imaginary parts swapped on both sides, the forward passes compute the inverse.
      writeJoining(body, bins, { re: one.im, im: one.re }, layout);
      transform(body);
    },
  };
}

interface Layout {
  half: number;
  separationAt: number;
  constantsAt: number;
}

/** Loops over the points k and half − k, their bins and their twiddles, two of each at a time. */
function loopPairs(
  body: Body,
  bins: Complex<Code>,
  { half, separationAt }: Layout,
  inner: (...pointers: Code[]) => void,
): void {
  const ends = [bins.re, bins.im].flatMap((at) => [at, i32.add(at, (half - 1) * 4)]);
  const starts = [0, (half - 1) * LANE, ...ends, separationAt];
  const steps = [VECTOR, -VECTOR, VECTOR / 2, -VECTOR / 2, VECTOR / 2, -VECTOR / 2, 2 * VECTOR];
  body.loop(half / 4 + 1, starts, steps, inner);
}

/** Turns the transform of (even samples + i odd samples) into bins, k and half − k together, two of each at a time. */
function writeSeparation(body: Body, z: Complex<number>, bins: Complex<Code>, layout: Layout): void {
  const { constantsAt } = layout;
  const point5 = body.keep(v128.load(i32.constant(constantsAt)));
  loopPairs(body, bins, layout, (up, down, lowRe, highRe, lowIm, highIm, turns) => {
    const rk = body.keep(v128.load(up, z.re));
    const ik = body.keep(v128.load(up, z.im));
    const rl = body.keep(f64x2.swap(body.keep(v128.load(down, z.re))));
    const il = body.keep(f64x2.swap(body.keep(v128.load(down, z.im))));
    const evenRe = body.keep(mul(point5, add(rk, rl)));
    const evenIm = body.keep(mul(point5, sub(ik, il)));
    const oddRe = body.keep(add(ik, il));
    const oddIm = body.keep(sub(rl, rk));
    const c = body.keep(v128.load(turns));
    const s = body.keep(v128.load(turns, VECTOR));
    const turnedRe = body.keep(sub(mul(oddRe, c), mul(oddIm, s)));
    const turnedIm = body.keep(add(mul(oddRe, s), mul(oddIm, c)));
    const [mirrorRe, mirrorIm] = [sub(evenRe, turnedRe), sub(turnedIm, evenIm)].map((vector) =>
      f64x2.swap(body.keep(vector)),
    );
    body.emit(
      f64x2.storeFloat32(lowRe, add(evenRe, turnedRe)),
      f64x2.storeFloat32(lowIm, add(evenIm, turnedIm)),
      f64x2.storeFloat32(highRe, mirrorRe),
      f64x2.storeFloat32(highIm, mirrorIm),
    );
  });
}

/** Turns the bins back into the transform of (even samples + i odd samples), scaled by 1/size. */
function writeJoining(body: Body, bins: Complex<Code>, z: Complex<number>, layout: Layout): void {
  const { constantsAt } = layout;
  // The table holds half of each cosine and sine.
  const oddScale = body.keep(v128.load(i32.constant(constantsAt), VECTOR));
  const evenScale = body.keep(v128.load(i32.constant(constantsAt), 2 * VECTOR));
  loopPairs(body, bins, layout, (up, down, lowRe, highRe, lowIm, highIm, turns) => {
    const rk = body.keep(f64x2.loadFloat32(lowRe));
    const ik = body.keep(f64x2.loadFloat32(lowIm));
    const rl = body.keep(f64x2.swap(body.keep(f64x2.loadFloat32(highRe))));
    const il = body.keep(f64x2.swap(body.keep(f64x2.loadFloat32(highIm))));
    const evenRe = body.keep(mul(evenScale, add(rk, rl)));
    const evenIm = body.keep(mul(evenScale, sub(ik, il)));
    const differenceRe = body.keep(mul(oddScale, sub(rk, rl)));
    const differenceIm = body.keep(mul(oddScale, add(ik, il)));
    const c = body.keep(v128.load(turns));
    const s = body.keep(v128.load(turns, VECTOR));
    const oddRe = body.keep(add(mul(differenceRe, c), mul(differenceIm, s)));
    const oddIm = body.keep(sub(mul(differenceIm, c), mul(differenceRe, s)));
    const [mirrorRe, mirrorIm] = [add(evenRe, oddIm), sub(oddRe, evenIm)].map((vector) =>
      f64x2.swap(body.keep(vector)),
    );
    body.emit(
      v128.store(up, sub(evenRe, oddIm), z.re),
      v128.store(up, add(evenIm, oddRe), z.im),
      v128.store(down, mirrorRe, z.re),
      v128.store(down, mirrorIm, z.im),
    );
  });
}
