import { planPasses, writePass, type Complex } from './fftPasses.ts';
import { f64x2, i32, instantiate, v128, type Body } from './wasm.ts';

/**
 * The real transform of one size in WebAssembly SIMD, two float64 at a time, assembled here so that it needs no build step.
 *
 * A complex transform of half the size, of even and odd samples as real and imaginary parts, by Stockham's self-sorting radix 4
 * (decimation in frequency; one radix-2 pass if need be); an extra pass separates the two. Every pass reads one buffer and
 * writes the other, from the first byte to the last, with its twiddles lying in the order of their use.
 */

const { add, sub, mul } = f64x2;
const LANE = Float64Array.BYTES_PER_ELEMENT;
const VECTOR = 2 * LANE;

/** The kernel's memory, seen from outside. */
export interface FftKernel {
  /** `size` samples: what `forward` reads and `inverse` writes. */
  samples: Float64Array;
  /** The size/2 + 1 bins: what `forward` writes and `inverse` reads. The first and the last imaginary part must be 0. */
  re: Float32Array;
  im: Float32Array;
  forward(): void;
  inverse(): void;
}

/** @param size  a power of two, 16 or more */
export function createFftKernel(size: number): FftKernel {
  const half = size / 2;
  const quarter = size / 4;
  let end = 0;
  const reserve = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / VECTOR) * VECTOR;
    return at;
  };
  const samplesAt = reserve(size * LANE);
  // One element more than the transform has: the separation reads element `half`, which is element 0 again.
  const buffer = (): Complex<number> => ({ re: reserve((half + 1) * LANE), im: reserve((half + 1) * LANE) });
  const buffers = [buffer(), buffer()];
  const bins: Complex<number> = { re: reserve((half + 2) * 4), im: reserve((half + 2) * 4) };

  const twiddles: number[] = [];
  const angle = (k: number): number => (-2 * Math.PI * k) / size;
  /** Tables twiddles, a cosine vector and then a sine vector of each pair of turns, and says at which byte. */
  const tableAt = reserve(0);
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
  const [one, other] = buffers;
  const result = passes.length % 2 === 0 ? one : other;

  const transform = (body: Body): void => {
    passes.forEach((pass, i) => {
      const [x, y] = i % 2 === 0 ? [one, other] : [other, one];
      writePass(body, pass, x, y, half);
    });
  };
  const { memory, functions } = instantiate(tableAt + twiddles.length * LANE, {
    forward(body) {
      body.loop(half / 2, [samplesAt, 0], [2 * VECTOR, VECTOR], (from, to) => {
        const a = body.keep(v128.load(from));
        const b = body.keep(v128.load(from, VECTOR));
        body.emit(v128.store(to, f64x2.low(a, b), one.re), v128.store(to, f64x2.high(a, b), one.im));
      });
      transform(body);
      for (const part of [result.re, result.im]) {
        // The second element of this vector lies beyond the end, in what pads the buffer.
        body.emit(v128.store(i32.constant(part + half * LANE), v128.load(i32.constant(part))));
      }
      writeSeparation(body, result, bins, { half, separationAt, constantsAt });
    },
    inverse(body) {
      // conj(inverse) = forward(conj): with real and imaginary parts exchanged on both sides the forward passes do.
      writeJoining(body, bins, { re: one.im, im: one.re }, { half, separationAt, constantsAt });
      transform(body);
      body.loop(half / 2, [0, samplesAt], [VECTOR, 2 * VECTOR], (from, to) => {
        const even = body.keep(v128.load(from, result.im));
        const odd = body.keep(v128.load(from, result.re));
        body.emit(v128.store(to, f64x2.low(even, odd)), v128.store(to, f64x2.high(even, odd), VECTOR));
      });
    },
  });
  new Float64Array(memory, tableAt, twiddles.length).set(twiddles);
  return {
    samples: new Float64Array(memory, samplesAt, size),
    re: new Float32Array(memory, bins.re, half + 1),
    im: new Float32Array(memory, bins.im, half + 1),
    forward: functions.forward,
    inverse: functions.inverse,
  };
}

interface Layout {
  half: number;
  separationAt: number;
  constantsAt: number;
}

/** From the transform of (even samples + i odd samples) to the bins, k and half − k together, two of each at a time. */
function writeSeparation(body: Body, z: Complex<number>, bins: Complex<number>, layout: Layout): void {
  const { half, separationAt, constantsAt } = layout;
  const point5 = body.keep(v128.load(i32.constant(constantsAt)));
  const count = half / 4 + 1;
  const starts = [0, (half - 1) * LANE, 0, (half - 1) * 4, separationAt];
  body.loop(count, starts, [VECTOR, -VECTOR, VECTOR / 2, -VECTOR / 2, 2 * VECTOR], (up, down, low, high, turns) => {
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
      f64x2.storeFloat32(low, add(evenRe, turnedRe), bins.re),
      f64x2.storeFloat32(low, add(evenIm, turnedIm), bins.im),
      f64x2.storeFloat32(high, mirrorRe, bins.re),
      f64x2.storeFloat32(high, mirrorIm, bins.im),
    );
  });
}

/** The way back: from the bins to the transform of (even samples + i odd samples), scaled by 1/size. */
function writeJoining(body: Body, bins: Complex<number>, z: Complex<number>, layout: Layout): void {
  const { half, separationAt, constantsAt } = layout;
  // The table holds halves of cosines and sines.
  const oddScale = body.keep(v128.load(i32.constant(constantsAt), VECTOR));
  const evenScale = body.keep(v128.load(i32.constant(constantsAt), 2 * VECTOR));
  const count = half / 4 + 1;
  const starts = [0, (half - 1) * LANE, 0, (half - 1) * 4, separationAt];
  body.loop(count, starts, [VECTOR, -VECTOR, VECTOR / 2, -VECTOR / 2, 2 * VECTOR], (up, down, low, high, turns) => {
    const rk = body.keep(f64x2.loadFloat32(low, bins.re));
    const ik = body.keep(f64x2.loadFloat32(low, bins.im));
    const rl = body.keep(f64x2.swap(body.keep(f64x2.loadFloat32(high, bins.re))));
    const il = body.keep(f64x2.swap(body.keep(f64x2.loadFloat32(high, bins.im))));
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
