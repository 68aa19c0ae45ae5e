import { f32x4, f64x2, i32, v128, type Body, type Code } from './wasm.ts';

// The passes of pffft (Julien Pommier, after Paul Swarztrauber's FFTPACK), every sum and product rounded to float32 in its order.
// An index counts vectors of four float32, which are one element of four interleaved transforms.

const { add, sub, mul } = f32x4;
const VECTOR = 16;
const FLOAT = 4;

/** One pass of a half-complex transform: `groups` butterflies of `radix` runs, each run `span` vectors long. */
export interface Pass {
  radix: 2 | 4;
  groups: number;
  span: number;
  /** Byte address of its twiddles, float32: `span` numbers for each run but the first. */
  twiddles: number;
}

/** Byte addresses of constants, float32. */
export interface Constants {
  minusSqrtHalf: number;
  minusSqrt2: number;
  minus1: number;
  minus2: number;
}

interface Complex {
  re: Code;
  im: Code;
}

const load = (pointer: Code, index: number): Code => v128.load(pointer, VECTOR * index);
const splat = (address: number): Code => v128.loadSplat(i32.constant(address));

/** Writes with short names into the body of a function. What they return is computed once. */
function tools(body: Body) {
  const both = (re: Code, im: Code): Complex => ({ re: body.keep(re), im: body.keep(im) });
  return {
    both,
    kept: (pointer: Code, index: number): Code => body.keep(load(pointer, index)),
    complex: (pointer: Code, index: number): Complex => both(load(pointer, index), load(pointer, index + 1)),
    /** The twiddle of run `run`. */
    twiddle: (turns: Code, run: number, span: number): Complex => {
      const at = FLOAT * (run - 1) * span;
      return both(v128.loadSplat(turns, at), v128.loadSplat(turns, at + FLOAT));
    },
    plus: (a: Complex, b: Complex): Complex => both(add(a.re, b.re), add(a.im, b.im)),
    minus: (a: Complex, b: Complex): Complex => both(sub(a.re, b.re), sub(a.im, b.im)),
    times: (a: Complex, b: Complex): Complex =>
      both(sub(mul(a.re, b.re), mul(a.im, b.im)), add(mul(a.im, b.re), mul(a.re, b.im))),
    /** a × conj(b) */
    timesConjugate: (a: Complex, b: Complex): Complex =>
      both(add(mul(a.re, b.re), mul(a.im, b.im)), sub(mul(a.im, b.re), mul(a.re, b.im))),
    store: (pointer: Code, index: number, value: Code): void => {
      body.emit(v128.store(pointer, value, VECTOR * index));
    },
    storeComplex: (pointer: Code, index: number, { re, im }: Complex): void => {
      body.emit(v128.store(pointer, re, VECTOR * index), v128.store(pointer, im, VECTOR * (index + 1)));
    },
  };
}

/** From samples towards the spectrum; `from` and `to` are byte addresses. */
export function writeForward(body: Body, pass: Pass, from: number, to: number, constants: Constants): void {
  const { radix, groups, span, twiddles } = pass;
  const { both, kept, complex, twiddle, plus, minus, timesConjugate, store, storeComplex } = tools(body);
  const hop = groups * span;
  const inner = [2 * VECTOR, 2 * VECTOR, -2 * VECTOR, 2 * FLOAT];
  body.loop(groups, [from, to], [span * VECTOR, radix * span * VECTOR], (x, y) => {
    if (radix === 2) {
      const { re: a, im: b } = both(load(x, 0), load(x, hop));
      store(y, 0, add(a, b));
      store(y, 2 * span - 1, sub(a, b));
      body.loop(span / 2 - 1, [x, y, y, twiddles], inner, (from, up, down, turns) => {
        const a = complex(from, 1);
        const b = timesConjugate(complex(from, hop + 1), twiddle(turns, 1, span));
        storeComplex(up, 1, plus(a, b));
        storeComplex(down, 2 * span - 3, { re: sub(a.re, b.re), im: sub(b.im, a.im) });
      });
      store(y, span - 1, load(x, span - 1));
      store(y, span, mul(splat(constants.minus1), load(x, hop + span - 1)));
      return;
    }
    const [a, b, c, d] = [0, 1, 2, 3].map((run) => kept(x, run * hop));
    const { re: ac, im: bd } = both(add(a, c), add(b, d));
    store(y, 0, add(bd, ac));
    store(y, 2 * span - 1, sub(a, c));
    store(y, 2 * span, sub(d, b));
    store(y, 4 * span - 1, sub(ac, bd));
    if (span === 1) return;
    body.loop(span / 2 - 1, [x, y, y, twiddles], inner, (from, up, down, turns) => {
      const a = complex(from, 1);
      const [b, c, d] = [1, 2, 3].map((run) => timesConjugate(complex(from, run * hop + 1), twiddle(turns, run, span)));
      const [ac, bd, difference] = [plus(a, c), plus(b, d), minus(a, c)];
      const cross = both(sub(b.im, d.im), sub(d.re, b.re));
      storeComplex(up, 1, plus(bd, ac));
      storeComplex(up, 2 * span + 1, plus(cross, difference));
      storeComplex(down, 2 * span - 3, { re: sub(difference.re, cross.re), im: sub(cross.im, difference.im) });
      storeComplex(down, 4 * span - 3, { re: sub(ac.re, bd.re), im: sub(bd.im, ac.im) });
    });
    const [p, q, r, s] = [0, 1, 2, 3].map((run) => kept(x, run * hop + span - 1));
    const minusSqrtHalf = splat(constants.minusSqrtHalf);
    const { re, im } = both(mul(minusSqrtHalf, sub(s, q)), mul(minusSqrtHalf, add(q, s)));
    store(y, span - 1, add(re, p));
    store(y, 3 * span - 1, sub(p, re));
    store(y, span, sub(im, r));
    store(y, 3 * span, add(im, r));
  });
}

/** From the spectrum towards samples. */
export function writeBackward(body: Body, pass: Pass, from: number, to: number, constants: Constants): void {
  const { radix, groups, span, twiddles } = pass;
  const { both, kept, complex, twiddle, plus, minus, times, store, storeComplex } = tools(body);
  const hop = groups * span;
  const inner = [2 * VECTOR, -2 * VECTOR, 2 * VECTOR, 2 * FLOAT];
  body.loop(groups, [from, to], [radix * span * VECTOR, span * VECTOR], (x, y) => {
    if (radix === 2) {
      const { re: a, im: b } = both(load(x, 0), load(x, 2 * span - 1));
      store(y, 0, add(a, b));
      store(y, hop, sub(a, b));
      body.loop(span / 2 - 1, [x, x, y, twiddles], inner, (up, down, to, turns) => {
        const [a, b] = [complex(up, 1), complex(down, 2 * span - 3)];
        storeComplex(to, 1, { re: add(a.re, b.re), im: sub(a.im, b.im) });
        const difference = both(sub(a.re, b.re), add(a.im, b.im));
        storeComplex(to, hop + 1, times(difference, twiddle(turns, 1, span)));
      });
      const last = kept(x, span - 1);
      store(y, span - 1, add(last, last));
      store(y, hop + span - 1, mul(splat(constants.minus2), load(x, span)));
      return;
    }
    const [a, b, c, d] = [0, 4 * span - 1, 2 * span, 2 * span - 1].map((index) => kept(x, index));
    const { re: sum, im: difference } = both(add(a, b), sub(a, b));
    const { re: twiceC, im: twiceD } = both(add(c, c), add(d, d));
    store(y, 0, add(sum, twiceD));
    store(y, hop, sub(difference, twiceC));
    store(y, 2 * hop, sub(sum, twiceD));
    store(y, 3 * hop, add(difference, twiceC));
    if (span === 1) return;
    body.loop(span / 2 - 1, [x, x, y, twiddles], inner, (up, down, to, turns) => {
      const [a, b] = [complex(up, 1), complex(down, 4 * span - 3)];
      const [c, d] = [complex(up, 2 * span + 1), complex(down, 2 * span - 3)];
      const [ab, abDifference, cd, cdDifference] = [plus(a, b), minus(a, b), plus(c, d), minus(c, d)];
      storeComplex(to, 1, { re: add(ab.re, cd.re), im: add(abDifference.im, cdDifference.im) });
      [
        both(sub(abDifference.re, cd.im), add(ab.im, cdDifference.re)),
        both(sub(ab.re, cd.re), sub(abDifference.im, cdDifference.im)),
        both(add(abDifference.re, cd.im), sub(ab.im, cdDifference.re)),
      ].forEach((value, i) => storeComplex(to, (i + 1) * hop + 1, times(value, twiddle(turns, i + 1, span))));
    });
    const [p, q, r, s] = [span - 1, 3 * span - 1, span, 3 * span].map((index) => kept(x, index));
    const { re: pq, im: pqDifference } = both(add(p, q), sub(p, q));
    const { re: rs, im: srDifference } = both(add(s, r), sub(s, r));
    const minusSqrt2 = splat(constants.minusSqrt2);
    store(y, span - 1, add(pq, pq));
    store(y, hop + span - 1, mul(minusSqrt2, sub(rs, pqDifference)));
    store(y, 2 * hop + span - 1, add(srDifference, srDifference));
    store(y, 3 * hop + span - 1, mul(minusSqrt2, add(rs, pqDifference)));
  });
}

/**
 * From the four interleaved transforms of `vectors` points to one, block by block of four points of each.
 * What it leaves in lane 0 of the first block is void.
 * @param turns  byte address of the twiddles, six vectors a block
 */
export function writeJoining(body: Body, from: number, to: number, vectors: number, turns: number): void {
  const { kept, complex, plus, minus, times, storeComplex } = tools(body);
  body.loop(vectors / 8, [from - VECTOR, to, turns], [8 * VECTOR, 8 * VECTOR, 6 * VECTOR], (x, y, twiddles) => {
    const [re, im] = [0, 1].map((part) =>
      transposed(
        body,
        [0, 2, 4, 6].map((index) => kept(x, index + part)),
      ),
    );
    const a = { re: re[0], im: im[0] };
    const [b, c, d] = [1, 2, 3].map((j) => times({ re: re[j], im: im[j] }, complex(twiddles, 2 * j - 2)));
    const [ac, difference, bd, cross] = [plus(a, c), minus(a, c), plus(b, d), minus(d, b)];
    storeComplex(y, 0, plus(ac, bd));
    storeComplex(y, 2, { re: add(difference.re, cross.im), im: sub(cross.re, difference.im) });
    storeComplex(y, 4, { re: sub(difference.re, cross.im), im: add(cross.re, difference.im) });
    storeComplex(y, 6, { re: sub(ac.re, bd.re), im: sub(bd.im, ac.im) });
  });
}

/** Multiplies a joined spectrum by another one, bin by bin; what it leaves in lane 0 of the first block's first bin is void. */
export function writeProduct(body: Body, spectrum: number, by: number, vectors: number): void {
  const { complex, storeComplex } = tools(body);
  body.loop(vectors / 2, [spectrum, by], [2 * VECTOR, 2 * VECTOR], (x, y) => {
    const [a, b] = [complex(x, 0), complex(y, 0)];
    const re = sub(mul(a.re, b.re), mul(a.im, b.im));
    storeComplex(x, 0, { re, im: add(mul(a.im, b.re), mul(a.re, b.im)) });
  });
}

/** The way back. It leaves the first and the last vector void, and writes one before the first. */
export function writeParting(body: Body, from: number, to: number, vectors: number, turns: number): void {
  const { both, complex, plus, minus, timesConjugate, storeComplex } = tools(body);
  body.loop(vectors / 8, [from, to - VECTOR, turns], [8 * VECTOR, 8 * VECTOR, 6 * VECTOR], (x, y, twiddles) => {
    const [a, b, c, d] = [0, 2, 4, 6].map((index) => complex(x, index));
    const [ad, adDifference, bc, bcDifference] = [plus(a, d), minus(a, d), plus(b, c), minus(b, c)];
    const values = [
      both(add(ad.re, bc.re), sub(adDifference.im, bcDifference.im)),
      ...[
        both(sub(adDifference.re, bc.im), sub(ad.im, bcDifference.re)),
        both(sub(ad.re, bc.re), add(adDifference.im, bcDifference.im)),
        both(add(adDifference.re, bc.im), add(ad.im, bcDifference.re)),
      ].map((value, i) => timesConjugate(value, complex(twiddles, 2 * i))),
    ];
    const re = transposed(
      body,
      values.map((value) => value.re),
    );
    const im = transposed(
      body,
      values.map((value) => value.im),
    );
    for (let j = 0; j < 4; j++) storeComplex(y, 2 * j, { re: re[j], im: im[j] });
  });
}

function transposed(body: Body, [a, b, c, d]: Code[]): Code[] {
  const { interleaveLow, interleaveHigh } = f32x4;
  const [abLow, abHigh, cdLow, cdHigh] = [
    interleaveLow(a, b),
    interleaveHigh(a, b),
    interleaveLow(c, d),
    interleaveHigh(c, d),
  ].map((vector) => body.keep(vector));
  return [f64x2.low(abLow, cdLow), f64x2.high(abLow, cdLow), f64x2.low(abHigh, cdHigh), f64x2.high(abHigh, cdHigh)].map(
    (vector) => body.keep(vector),
  );
}
