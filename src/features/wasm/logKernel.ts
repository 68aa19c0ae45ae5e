import { f64x2, i32, i64x2, instantiate, v128 } from './wasm.ts';
import { memoize } from '../../memoize.ts';

/** Natural logarithms of many numbers at once, in WebAssembly SIMD. */
export interface LogKernel {
  /** Up to `LOG_CAPACITY` finite, normal, positive numbers, which `run` replaces with their logarithms. */
  values: Float64Array;
  /** @param count  how many, from the first on */
  run(count: number): void;
}

/** Capacity in numbers. */
export const LOG_CAPACITY = 2048;

const VECTOR = 16;

/** ln 2 in two parts; the first multiplied by any exponent is exact. */
const [LN2_HIGH, LN2_LOW] = [6.93147180369123816490e-1, 1.90821492927058770002e-10]; // prettier-ignore
/** From fdlibm: (ln(1 + f) − 2s) / s in powers of s², s = f / (2 + f). */
const POLYNOMIAL = [
  6.666666666666735130e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
]; // prettier-ignore
/** The bits of √½: mantissas are scaled to lie between it and √2. */
const SQRT_HALF_BITS = 0x3fe6a09e667f3bcdn;

/**
 * The kernel; all callers share one. The algorithm is fdlibm's `log` (Sun Microsystems, 1993), which V8's `Math.log` uses too:
 * the two agree within one unit in the last place.
 */
export const logKernel = memoize(createKernel);

/** Replaces `numbers` of any count with their natural logarithms; see `LogKernel.values` for the domain. */
export function takeLogarithms(numbers: Float64Array): void {
  const { values, run } = logKernel();
  for (let at = 0; at < numbers.length; at += LOG_CAPACITY) {
    const part = numbers.subarray(at, at + LOG_CAPACITY);
    values.set(part);
    run(part.length);
    part.set(values.subarray(0, part.length));
  }
}

function createKernel(): LogKernel {
  const constants = [1, 2, 0.5, LN2_HIGH, LN2_LOW, ...POLYNOMIAL];
  const constantsAt = 8 * LOG_CAPACITY;
  const bitsAt = constantsAt + 8 * constants.length;
  const countAt = bitsAt + 8;
  const { memory, functions } = instantiate(countAt + 4, {
    run(body) {
      const [one, two, half, high, low, ...powers] = constants.map((_, i) =>
        body.keep(f64x2.loadSplat(i32.constant(constantsAt + 8 * i))),
      );
      const middle = body.keep(f64x2.loadSplat(i32.constant(bitsAt)));
      body.loop(i32.load(i32.constant(countAt)), [0], [VECTOR], (at) => {
        const bits = body.keep(v128.load(at));
        // x = 2^k (1 + f)
        const exponent = body.keep(i64x2.shiftRight(i64x2.sub(bits, middle), 52));
        const k = body.keep(f64x2.fromIntegers(exponent));
        const f = body.keep(f64x2.sub(i64x2.sub(bits, i64x2.shiftLeft(exponent, 52)), one));
        const s = body.keep(f64x2.div(f, f64x2.add(two, f)));
        const z = body.keep(f64x2.mul(s, s));
        const series = powers.reduceRight((sum, power) => f64x2.add(power, f64x2.mul(z, sum)), powers.pop()!);
        const r = f64x2.mul(z, series);
        const halfSquare = body.keep(f64x2.mul(half, f64x2.mul(f, f)));
        const rest = f64x2.add(f64x2.mul(s, f64x2.add(halfSquare, r)), f64x2.mul(k, low));
        const small = f64x2.sub(f64x2.sub(halfSquare, rest), f);
        body.emit(v128.store(at, f64x2.sub(f64x2.mul(k, high), small)));
      });
    },
  });
  new Float64Array(memory, constantsAt, constants.length).set(constants);
  new BigInt64Array(memory, bitsAt, 1)[0] = SQRT_HALF_BITS;
  const count = new Int32Array(memory, countAt, 1);
  return {
    values: new Float64Array(memory, 0, LOG_CAPACITY),
    run(numbers) {
      count[0] = Math.ceil(numbers / 2);
      if (numbers > 0) functions.run();
    },
  };
}
