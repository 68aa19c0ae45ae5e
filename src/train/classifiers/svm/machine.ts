import { rbfKernel, type Rows } from './kernel.ts';

/**
 * A machine for every pair of classes, over one set of support vectors, sorted by class. A class without
 * training rows has none; its pairs do not count.
 */
export interface SvmModel {
  gamma: number;
  vectors: Rows;
  /** Support vectors of each class. */
  counts: readonly number[];
  /**
   * vectors × (classes − 1): the β of a vector in the machines of its class and each other one, in the order of the latter. Positive
   * in machines in which its own class comes first.
   */
  beta: Float32Array;
  /** One per pair of classes, in the order of `pairsOf`. */
  biases: readonly number[];
}

/** The pairs of classes: (0, 1), (0, 2), … (1, 2), … */
export function pairsOf(classes: number): (readonly [first: number, second: number])[] {
  const all = Array.from({ length: classes }, (_, of) => of);
  return all.flatMap((first) => all.slice(first + 1).map((second) => [first, second] as const));
}

/**
 * Decision values of the machines of all pairs, in the order of `pairsOf`: positive if the first class of a pair is more likely.
 * @returns a function of one row of features
 */
export function svmDecision(model: SvmModel): (x: Float32Array) => Float64Array {
  const { gamma, vectors, counts, beta, biases } = model;
  const kernel = rbfKernel(vectors, gamma);
  const pairs = pairsOf(counts.length);
  const width = counts.length - 1;
  const ends = counts.map((_, of) => counts.slice(0, of + 1).reduce((a, b) => a + b));
  return (x) => {
    const similarity = kernel(x);
    /** Σ β K over the vectors of a class, in one of its machines. */
    const sumOver = (of: number, machine: number): number => {
      let sum = 0;
      for (let v = ends[of] - counts[of]; v < ends[of]; v++) sum += beta[v * width + machine] * similarity[v];
      return sum;
    };
    return Float64Array.from(pairs, ([first, second], p) => {
      return sumOver(first, second - 1) + sumOver(second, first) + biases[p];
    });
  };
}

/**
 * Slope of the sigmoid from decision value to the probability of a pair's first class: 1 / (1 + exp(−slope · value)). Chosen
 * on training speakers of `luna-5fold` only, for which it makes the best temperature close to 1.
 */
export const SLOPE = 3;

/**
 * Probabilities of all classes from the decision values of their pairs. Each pair's sigmoid gives r(i, j), the probability of class i
 * if it is i or j; together p(i) = 1 / (Σ 1 / r(i, j) − (classes − 2)) (D. Price, S. Knerr, L. Personnaz, G. Dreyfus: Pairwise
 * neural network classifiers with probabilistic outputs, NIPS 7, 1995), which is 1 / (1 + Σ exp(−slope · value(i, j))), scaled to
 * sum 1.
 * @param counts  support vectors of each class; a class without any has probability 0
 */
export function pairwiseProbabilities(values: ArrayLike<number>, counts: readonly number[]): number[] {
  const inverse = counts.map(() => 1);
  pairsOf(counts.length).forEach(([first, second], p) => {
    if (counts[first] === 0 || counts[second] === 0) return;
    inverse[first] += Math.exp(-SLOPE * values[p]);
    inverse[second] += Math.exp(SLOPE * values[p]);
  });
  const shares = inverse.map((value, of) => (counts[of] === 0 ? 0 : 1 / value));
  const whole = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / whole);
}

/**
 * A model's predictions for any number of rows.
 * @returns a function from rows × features to rows × classes, both row-major
 */
export function svmProbabilities(model: SvmModel): (x: Float32Array) => Float32Array {
  const { size } = model.vectors;
  const decide = svmDecision(model);
  return (x) => {
    const rows = Array.from({ length: x.length / size }, (_, row) => decide(x.subarray(row * size, (row + 1) * size)));
    return Float32Array.from(rows.flatMap((values) => pairwiseProbabilities(values, model.counts)));
  };
}
