import { describe, expect, it } from 'vitest';
import { type Code, f32x4, f64x2, i32, i32x4, i64x2, instantiate, v128 } from '../../../src/features/wasm/wasm.ts';

const OUT = 64;

/** What the engine makes of an expression over vectors, which lie in memory one after the other. */
function result(
  expression: (...vectors: Code[]) => Code,
  ...inputs: (Float64Array | Float32Array | Uint32Array | BigInt64Array | Int16Array)[]
) {
  const vectors = inputs.map((_, i) => v128.load(i32.constant(16 * i)));
  const { memory, functions } = instantiate(OUT + 16, {
    run: (body) => body.emit(v128.store(i32.constant(OUT), expression(...vectors))),
  });
  inputs.forEach(({ buffer }, i) => new Uint8Array(memory).set(new Uint8Array(buffer as ArrayBuffer), 16 * i));
  functions.run();
  return memory.slice(OUT, OUT + 16);
}

const doubles = (...values: number[]) => Float64Array.from(values);
const floats = (...values: number[]) => Float32Array.from(values);
const integers = (...values: number[]) => Uint32Array.from(values);
const longs = (...values: bigint[]) => BigInt64Array.from(values);
const ALL = 0xffff_ffff;

const asDoubles = (bytes: ArrayBuffer) => Array.from(new Float64Array(bytes));
const asFloats = (bytes: ArrayBuffer) => Array.from(new Float32Array(bytes));
const asIntegers = (bytes: ArrayBuffer) => Array.from(new Uint32Array(bytes));
const asLongs = (bytes: ArrayBuffer) => Array.from(new BigInt64Array(bytes));

/** By its name: what the instruction gives, and what it should. */
type Cases = Record<string, [given: unknown, right: unknown]>;

const [p, q] = [doubles(9, -0.5), doubles(2, 4)];
const ofDoubles: Cases = {
  sqrt: [asDoubles(result((a) => f64x2.sqrt(a), doubles(2, 9))), [Math.SQRT2, 3]],
  add: [asDoubles(result(f64x2.add, p, q)), [11, 3.5]],
  sub: [asDoubles(result(f64x2.sub, p, q)), [7, -4.5]],
  mul: [asDoubles(result(f64x2.mul, p, q)), [18, -2]],
  div: [asDoubles(result(f64x2.div, p, doubles(2, 3))), [4.5, -0.5 / 3]],
  less: [asLongs(result(f64x2.less, doubles(1, 2), doubles(2, 2))), [-1n, 0n]],
  loadSplat: [asDoubles(result(() => f64x2.loadSplat(i32.constant(0), 8), p)), [-0.5, -0.5]],
  low: [asDoubles(result(f64x2.low, p, q)), [9, 2]],
  high: [asDoubles(result(f64x2.high, p, q)), [-0.5, 4]],
  swap: [asDoubles(result(f64x2.swap, p)), [-0.5, 9]],
  promoteLow: [asDoubles(result(f64x2.promoteLow, floats(0.1, -3, 7, 8))), [Math.fround(0.1), -3]],
  demote: [asFloats(result(f64x2.demote, doubles(0.1, -3))), [Math.fround(0.1), -3, 0, 0]],
  fromIntegers: [asDoubles(result(f64x2.fromIntegers, longs(-7n, 2n ** 31n - 1n))), [-7, 2 ** 31 - 1]],
  loadFloat32: [
    asDoubles(result(() => f64x2.loadFloat32(i32.constant(0), 8), floats(1, 2, 0.1, -4))),
    [Math.fround(0.1), -4],
  ],
  storeFloat32: [storedFloats(), [0, Math.fround(0.1), -3, 0]],
};

function storedFloats(): number[] {
  const { memory, functions } = instantiate(32, {
    run: (body) => body.emit(f64x2.storeFloat32(i32.constant(0), v128.load(i32.constant(16)), 4)),
  });
  new Float64Array(memory).set([0.1, -3], 2);
  functions.run();
  return Array.from(new Float32Array(memory, 0, 4));
}

const [f, g] = [floats(1, -2, 3, 9), floats(4, -2, 0.5, -3)];
const halves = Int16Array.of(-32768, 1, 2, 3, 32767, -1, 0, 5);
const ofFloats: Cases = {
  abs: [asFloats(result(f32x4.abs, f)), [1, 2, 3, 9]],
  sqrt: [asFloats(result(f32x4.sqrt, floats(4, 2, 0, 1))), [2, Math.fround(Math.SQRT2), 0, 1]],
  add: [asFloats(result(f32x4.add, f, g)), [5, -4, 3.5, 6]],
  sub: [asFloats(result(f32x4.sub, f, g)), [-3, 0, 2.5, 12]],
  mul: [asFloats(result(f32x4.mul, f, g)), [4, 4, 1.5, -27]],
  div: [asFloats(result(f32x4.div, f, g)), [0.25, 1, 6, -3]],
  min: [asFloats(result(f32x4.min, f, g)), [1, -2, 0.5, -3]],
  max: [asFloats(result(f32x4.max, f, g)), [4, -2, 3, 9]],
  fromInt16Low: [asFloats(result(f32x4.fromInt16Low, halves)), [-32768, 1, 2, 3]],
  fromInt16High: [asFloats(result(f32x4.fromInt16High, halves)), [32767, -1, 0, 5]],
  interleaveLow: [asFloats(result(f32x4.interleaveLow, f, g)), [1, 4, -2, -2]],
  interleaveHigh: [asFloats(result(f32x4.interleaveHigh, f, g)), [3, 0.5, 9, -3]],
  greater: [asIntegers(result(f32x4.greater, f, g)), [0, 0, ALL, ALL]],
  notLess: [asIntegers(result(f32x4.notLess, f, g)), [0, ALL, ALL, ALL]],
};

const [u, w] = [integers(1, ALL, 0x8000_0000, 12), integers(2, 1, 0x8000_0000, 10)];
const ofIntegers: Cases = {
  add: [asIntegers(result(i32x4.add, u, w)), [3, 0, 0, 22]],
  xor: [asIntegers(result(i32x4.xor, u, w)), [3, ALL - 1, 0, 6]],
  or: [asIntegers(result(i32x4.or, u, w)), [3, ALL, 0x8000_0000, 14]],
  shiftLeft: [asIntegers(result((a) => i32x4.shiftLeft(a, 4), u)), [16, 0xffff_fff0, 0, 192]],
  shiftRight: [asIntegers(result((a) => i32x4.shiftRight(a, 4), u)), [0, 0x0fff_ffff, 0x0800_0000, 0]],
  notLess: [asIntegers(result(i32x4.notLess, u, w)), [0, ALL, ALL, ALL]],
};

const ofLongs: Cases = {
  sub: [asLongs(result(i64x2.sub, longs(5n, -1n), longs(7n, 2n ** 40n))), [-2n, -1n - 2n ** 40n]],
  shiftLeft: [asLongs(result((a) => i64x2.shiftLeft(a, 33), longs(3n, -1n))), [3n << 33n, -(1n << 33n)]],
  shiftRight: [asLongs(result((a) => i64x2.shiftRight(a, 33), longs(3n << 40n, -(1n << 40n)))), [3n << 7n, -128n]],
};

const ofVectors: Cases = {
  and: [asIntegers(result(v128.and, u, w)), [0, 1, 0x8000_0000, 8]],
  andNot: [asIntegers(result(v128.andNot, u, w)), [1, ALL - 1, 0, 4]],
  select: [asIntegers(result(v128.select, u, w, integers(ALL, 0, ALL, 6))), [1, 1, 0x8000_0000, 12]],
  load: [asIntegers(result(() => v128.load(i32.constant(4)), u, w)), [ALL, 0x8000_0000, 12, 2]],
  loadSplat: [asIntegers(result(() => v128.loadSplat(i32.constant(8), 4), u)), [12, 12, 12, 12]],
  store: [asIntegers(result((a) => a, u)), Array.from(u)],
};

describe.each([
  ['two float64', f64x2, ofDoubles],
  ['four float32', f32x4, ofFloats],
  ['four 32-bit integers', i32x4, ofIntegers],
  ['two 64-bit integers', i64x2, ofLongs],
  ['vectors', v128, ofVectors],
])('instructions on %s', (_, instructions, cases) => {
  it.each(Object.keys(instructions))('%s', (name) => {
    expect(cases[name], `there is no case of ${name}`).toBeDefined();
    const [given, right] = cases[name];
    expect(given).toEqual(right);
  });
});

describe('integers', () => {
  const computed = (code: Code): number => {
    const { memory, functions } = instantiate(32, {
      // An address shows what an integer is: the number of steps that a loop has made.
      run: (body) =>
        body.loop(code, [0], [0], (at) =>
          body.emit(v128.store(at, i32x4.add(v128.load(at), v128.loadSplat(i32.constant(16))))),
        ),
    });
    new Uint32Array(memory)[4] = 1;
    functions.run();
    return new Uint32Array(memory)[0];
  };

  it.each([1, 63, 64, 127, 128, 8191, 8192, 100_000])('%i is written as it is', (value) => {
    expect(computed(i32.constant(value))).toBe(value);
  });

  it('are added, also negative ones, multiplied and loaded', () => {
    expect(computed(i32.add(i32.constant(100), -64))).toBe(36);
    expect(computed(i32.add(i32.constant(100), -65))).toBe(35);
    expect(computed(i32.add(i32.constant(2 ** 31 - 1), -(2 ** 31 - 4)))).toBe(3);
    expect(computed(i32.multiply(i32.constant(12), 70))).toBe(840);
    expect(computed(i32.load(i32.constant(12), 4))).toBe(1);
  });
});

describe('a function', () => {
  const ones = v128.loadSplat(i32.constant(0));

  it('keeps a vector, and has variables that begin at 0 in every run', () => {
    const { memory, functions } = instantiate(64, {
      run: (body) => {
        const sum = body.variable();
        const twice = body.keep(i32x4.add(ones, ones));
        sum.set(i32x4.add(sum.get, twice));
        sum.set(i32x4.add(sum.get, twice));
        body.emit(v128.store(i32.constant(16), sum.get));
      },
    });
    const cells = new Uint32Array(memory);
    cells[0] = 1;
    for (let run = 0; run < 2; run++) {
      functions.run();
      expect(Array.from(cells.subarray(4, 8))).toEqual([4, 4, 4, 4]);
    }
  });

  it('repeats code with pointers that advance, in loops within loops, from addresses and so often as memory says', () => {
    // Sums of rows: 3 rows of 2 vectors from byte 64 on, sums from byte 256 on.
    const { memory, functions } = instantiate(512, {
      run: (body) =>
        body.loop(i32.load(i32.constant(0)), [i32.load(i32.constant(4)), 256], [32, 16], (row, to) => {
          const sum = body.variable();
          body.loop(2, [row], [16], (at) => sum.set(f32x4.add(sum.get, v128.load(at))));
          body.emit(v128.store(to, sum.get));
        }),
    });
    new Uint32Array(memory).set([3, 64]);
    const numbers = new Float32Array(memory);
    numbers.set(
      Float32Array.from({ length: 24 }, (_, i) => i),
      16,
    );
    functions.run();
    expect(Array.from(numbers.subarray(64, 76))).toEqual([4, 6, 8, 10, 20, 22, 24, 26, 36, 38, 40, 42]);
    expect(numbers[76]).toBe(0);
  });

  it('stands beside others that share its memory, which is zero at first and as large as asked for', () => {
    const bytes = 200 * 65_536 + 1;
    const last = 200 * 65_536;
    const { memory, functions } = instantiate(bytes, {
      write: (body) => body.emit(v128.store(i32.constant(last), ones, 256)),
      copy: (body) => body.emit(v128.store(i32.constant(16), v128.load(i32.constant(last), 256))),
    });
    expect(memory.byteLength).toBe(201 * 65_536);
    const cells = new Uint32Array(memory);
    expect(cells.every((cell) => cell === 0)).toBe(true);
    cells[0] = 7;
    functions.write();
    functions.copy();
    expect(Array.from(cells.subarray(4, 8))).toEqual([7, 7, 7, 7]);
  });
});
