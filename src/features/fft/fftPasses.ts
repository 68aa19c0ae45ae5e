import { f32x4, f64x2, v128, type Body, type Code } from '../wasm/wasm.ts';

/** The number type of a transform. */
export interface Arithmetic {
  /** Bytes per number. */
  lane: number;
  add(a: Code, b: Code): Code;
  sub(a: Code, b: Code): Code;
  mul(a: Code, b: Code): Code;
  loadSplat(address: Code, offset?: number): Code;
}

export const FLOAT64: Arithmetic = { ...f64x2, lane: Float64Array.BYTES_PER_ELEMENT };
export const FLOAT32: Arithmetic = {
  ...f32x4,
  loadSplat: v128.loadSplat,
  lane: Float32Array.BYTES_PER_ELEMENT,
};
const VECTOR = 16;

/** Real and imaginary parts: their byte addresses, or vectors of them. */
export interface Complex<T> {
  re: T;
  im: T;
}

/** One pass: `length` points, `stride` apart. */
export interface Pass {
  radix: 2 | 4;
  length: number;
  stride: number;
  /** Byte address; the last pass needs none. */
  twiddles: number;
}

/**
 * The passes of a transform of `points`; `tabulate` returns the address of the twiddles for a length.
 * @param side  number of interleaved transforms: element i of each, then element i + 1 of each
 */
export function planPasses(points: number, tabulate: (length: number) => number, side = 1): Pass[] {
  const passes: Pass[] = [];
  let stride = side;
  for (let length = points; length > 1;) {
    const radix = length === 2 ? 2 : 4;
    passes.push({ radix, length, stride, twiddles: length > 4 ? tabulate(length) : 0 });
    length /= radix;
    stride *= radix;
  }
  return passes;
}

/**
 * Writes the loop of one pass from x to y.
 * @param numbers  float64 if the stride is 1; otherwise the stride is a multiple of the numbers in a vector
 */
export function writePass(
  body: Body,
  pass: Pass,
  x: Complex<number>,
  y: Complex<number>,
  numbers: Arithmetic = FLOAT64,
): void {
  const { radix, length, stride, twiddles } = pass;
  const { lane, loadSplat } = numbers;
  const perVector = VECTOR / lane;
  const hop = ((length * stride) / radix) * lane;
  const load = (from: Code, j: number): Complex<Code> => ({
    re: body.keep(v128.load(from, x.re + j * hop)),
    im: body.keep(v128.load(from, x.im + j * hop)),
  });
  const store = (to: Code, j: number, value: Complex<Code>): void => {
    body.emit(v128.store(to, value.re, y.re + j * stride * lane), v128.store(to, value.im, y.im + j * stride * lane));
  };

  if (radix === 2) {
    body.loop(stride / perVector, [0], [VECTOR], (at) => {
      const [a, b] = [load(at, 0), load(at, 1)];
      store(at, 0, plus(numbers, a, b));
      store(at, 1, minus(numbers, a, b));
    });
  } else if (length === 4) {
    body.loop(stride / perVector, [0], [VECTOR], (at) => {
      const outputs = butterfly(
        body,
        numbers,
        [0, 1, 2, 3].map((j) => load(at, j)),
      );
      outputs.forEach((value, j) => store(at, j, value));
    });
  } else if (stride === 1) {
    // Two neighbouring butterflies side by side; their outputs, four numbers each, are transposed.
    body.loop(length / 8, [0, twiddles, 0], [VECTOR, 6 * VECTOR, 4 * VECTOR], (from, turns, to) => {
      const outputs = turned(
        body,
        numbers,
        butterfly(
          body,
          numbers,
          [0, 1, 2, 3].map((j) => load(from, j)),
        ),
        (j) => ({
          re: v128.load(turns, (2 * j - 2) * VECTOR),
          im: v128.load(turns, (2 * j - 1) * VECTOR),
        }),
      );
      for (const part of ['re', 'im'] as const) {
        const [a, b, c, d] = outputs.map((value) => body.keep(value[part]));
        [f64x2.low(a, b), f64x2.low(c, d), f64x2.high(a, b), f64x2.high(c, d)].forEach((vector, i) => {
          body.emit(v128.store(to, vector, y[part] + i * VECTOR));
        });
      }
    });
  } else {
    const [span, turn] = [stride * lane, 6 * lane];
    body.loop(length / 4, [0, twiddles, 0], [span, turn, 4 * span], (start, turns, goal) => {
      const factors = [1, 2, 3].map((j) => ({
        re: body.keep(loadSplat(turns, (2 * j - 2) * lane)),
        im: body.keep(loadSplat(turns, (2 * j - 1) * lane)),
      }));
      body.loop(stride / perVector, [start, goal], [VECTOR, VECTOR], (from, to) => {
        const outputs = butterfly(
          body,
          numbers,
          [0, 1, 2, 3].map((j) => load(from, j)),
        );
        turned(body, numbers, outputs, (j) => factors[j - 1]).forEach((value, j) => store(to, j, value));
      });
    });
  }
}

const plus = ({ add }: Arithmetic, a: Complex<Code>, b: Complex<Code>): Complex<Code> => ({
  re: add(a.re, b.re),
  im: add(a.im, b.im),
});
const minus = ({ sub }: Arithmetic, a: Complex<Code>, b: Complex<Code>): Complex<Code> => ({
  re: sub(a.re, b.re),
  im: sub(a.im, b.im),
});

/** The transform of four numbers, before the multiplication by twiddles. */
function butterfly(body: Body, numbers: Arithmetic, [a, b, c, d]: Complex<Code>[]): Complex<Code>[] {
  const { add, sub } = numbers;
  const kept = ({ re, im }: Complex<Code>): Complex<Code> => ({ re: body.keep(re), im: body.keep(im) });
  const [ac, bd] = [kept(plus(numbers, a, c)), kept(plus(numbers, b, d))];
  const [acDifference, bdDifference] = [kept(minus(numbers, a, c)), kept(minus(numbers, b, d))];
  const rotated = { re: bdDifference.im, im: bdDifference.re };
  return [
    plus(numbers, ac, bd),
    { re: add(acDifference.re, rotated.re), im: sub(acDifference.im, rotated.im) },
    minus(numbers, ac, bd),
    { re: sub(acDifference.re, rotated.re), im: add(acDifference.im, rotated.im) },
  ];
}

/** Outputs 1 to 3 multiplied by their twiddles. */
function turned(
  body: Body,
  { add, sub, mul }: Arithmetic,
  outputs: Complex<Code>[],
  twiddle: (j: number) => Complex<Code>,
): Complex<Code>[] {
  return outputs.map((value, j) => {
    if (j === 0) return value;
    const [re, im] = [body.keep(value.re), body.keep(value.im)];
    const { re: c, im: s } = twiddle(j);
    return { re: sub(mul(re, c), mul(im, s)), im: add(mul(re, s), mul(im, c)) };
  });
}
