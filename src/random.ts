/** A seeded source of randomness that is passed to its users. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Beta distribution with both parameters `a`, in [0, 1]: the first of two gamma values of shape `a` as a share of their sum. */
  beta(a: number): number;
  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: ArrayLike<T>): T[];
}

/**
 * A small, fast 32-bit generator (sfc32) whose state is hashed from `seed`, so that similar seeds give unrelated streams.
 * @param seed  numbers are hashed by their decimal text; strings allow seeds such as `"7/03-01-05-01-01-01-01/2"`
 * @example
 * const random = createRandom('7/shuffle');
 * random.shuffle([1, 2, 3, 4]).length // → 4
 * createRandom(1).uniform() === createRandom(1).uniform() // → true
 */
export function createRandom(seed: number | string): Random {
  const text = String(seed);
  // FNV-1a with four offsets: enough to decorrelate the words of the state; the warm-up below does the mixing.
  const hash = (offset: number): number => {
    let value = offset;
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
    return value | 0;
  };
  let a = hash(0x811c9dc5);
  let b = hash(0x050c5d1f);
  let c = hash(0x1b873593);
  let counter = 1;

  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 16; i++) next();

  const uniform = (): number => (next() * 0x200000 + (next() >>> 11)) / 0x20000000000000;
  const integer = (n: number): number => Math.floor(uniform() * n);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    integer,
    between: (low, high) => low + (high - low) * uniform(),
    normal,
    // Of logarithms: with a small `a` both values may be too small for a number.
    beta: (a) => 1 / (1 + Math.exp(logGamma(a, uniform, normal) - logGamma(a, uniform, normal))),
    shuffle: (items) => {
      const copy = Array.from(items);
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
  };
}

/**
 * Logarithm of a gamma value of this shape and scale 1 (Marsaglia & Tsang, 2000: A simple method for generating gamma variables). A shape below 1
 * is that of one more, times u^(1 / shape).
 */
function logGamma(shape: number, uniform: () => number, normal: () => number): number {
  if (shape < 1) return logGamma(shape + 1, uniform, normal) + Math.log(1 - uniform()) / shape;
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
