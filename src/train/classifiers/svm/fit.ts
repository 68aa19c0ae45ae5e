import { SerError } from '../../../error.ts';
import { kernelMatrix, type Rows, scaledGamma } from './kernel.ts';
import { pairsOf, type SvmModel } from './machine.ts';
import { solveTwoClasses } from './smo.ts';

export interface SvmOptions {
  /** What a row on the wrong side of the margin costs: larger fits the training rows more closely. Default 3. */
  C?: number;
  /**
   * Of the kernel exp(−gamma · ‖x − v‖²). `scale`: 1 / (features · variance of all training values), 1 / features of standardised
   * ones. Default `scale`.
   */
  gamma?: number | 'scale';
  /** `balanced`: rows of rare classes cost more, so that every class counts the same. Default `none`. */
  classWeight?: 'none' | 'balanced';
}

export const SVM_DEFAULTS = { C: 3, gamma: 'scale', classWeight: 'none' } as const satisfies SvmOptions;

/** What a support vector machine learns from. */
export interface SvmRows extends Rows {
  /** The class of each row, 0 … classes − 1. */
  classOf: ArrayLike<number>;
  /** How much each row counts, 0 or more: it multiplies C. Default 1 each. */
  weights?: ArrayLike<number>;
}

/** Kernel rows of a training are kept up to this: all those of 16,000 clips. */
const KERNEL_BYTES = 2 ** 30;

/**
 * Trains a support vector machine with RBF kernel for each pair of classes. Decision values match `sklearn.svm.SVC` 1.9
 * (`decision_function_shape='ovo'`) within 1e-3, its tolerance.
 * @param rows  standardised
 * @throws {SerError} `usage` for options or weights out of range, or without rows
 */
export function fitSvm(rows: SvmRows, classes: number, options: SvmOptions = {}): SvmModel {
  const { C, gamma: asked, classWeight } = { ...SVM_DEFAULTS, ...options };
  checkPositive('C', C);
  if (asked !== 'scale') checkPositive('gamma', asked);
  const gamma = asked === 'scale' ? scaledGamma(rows) : asked;
  const { x, bounds, starts } = sortByClass(rows, classes, C, classWeight);
  const kernel = kernelMatrix(x, gamma, KERNEL_BYTES);
  const beta = new Float32Array(bounds.length * (classes - 1));

  const biases = pairsOf(classes).map(([first, second]) => {
    const [a, aEnd, b, bEnd] = [starts[first], starts[first + 1], starts[second], starts[second + 1]];
    if (a === aEnd || b === bEnd) return 0;
    const ofFirst = aEnd - a;
    const solution = solveTwoClasses({
      y: Int8Array.from({ length: ofFirst + bEnd - b }, (_, t) => (t < ofFirst ? 1 : -1)),
      bounds: bounds.filter((_, row) => (row >= a && row < aEnd) || (row >= b && row < bEnd)),
      kernelRow: (index, into) => {
        const row = kernel(index < ofFirst ? a + index : b + index - ofFirst);
        into.set(row.subarray(a, aEnd));
        into.set(row.subarray(b, bEnd), ofFirst);
      },
    });
    solution.beta.forEach((value, t) => {
      const [row, column] = t < ofFirst ? [a + t, second - 1] : [b + t - ofFirst, first];
      beta[row * (classes - 1) + column] = value;
    });
    return solution.bias;
  });
  return { classes, gamma, biases, ...supportVectors(x, starts, beta, classes) };
}

/** The rows that count, one class after the other; `starts` has where each class begins, and the end. */
function sortByClass(
  { data, size, classOf, weights }: SvmRows,
  classes: number,
  C: number,
  classWeight: SvmOptions['classWeight'],
): { x: Rows; bounds: Float64Array; starts: number[] } {
  const weightOf = (row: number): number => weights?.[row] ?? 1;
  const byClass = Array.from({ length: classes }, (): number[] => []);
  const totals = new Float64Array(classes);
  for (let row = 0; row < data.length / size; row++) {
    const weight = weightOf(row);
    if (!(weight >= 0 && weight < Infinity)) {
      throw new SerError('usage', `A row's weight must be a finite number, 0 or more; that of row ${row + 1} is ${weight}.`); // prettier-ignore
    }
    if (weight === 0) continue;
    byClass[classOf[row]].push(row);
    totals[classOf[row]] += weight;
  }
  const present = totals.filter((total) => total > 0);
  if (present.length === 0)
    throw new SerError('usage', 'A support vector machine takes one row or more to learn from.');
  const mean = present.reduce((a, b) => a + b) / present.length;
  const order = byClass.flat();
  const x = new Float32Array(order.length * size);
  order.forEach((row, to) => x.set(data.subarray(row * size, (row + 1) * size), to * size));
  const balance = (row: number): number => (classWeight === 'balanced' ? mean / totals[classOf[row]] : 1);
  const starts = [0];
  for (const members of byClass) starts.push(starts.at(-1)! + members.length);
  return { x: { data: x, size }, bounds: Float64Array.from(order, (row) => C * balance(row) * weightOf(row)), starts }; // prettier-ignore
}

/** What is left of the rows without those whose β are all 0. */
function supportVectors(
  { data, size }: Rows,
  starts: readonly number[],
  beta: Float32Array,
  classes: number,
): Pick<SvmModel, 'vectors' | 'beta' | 'counts'> {
  const width = classes - 1;
  const isNeeded = (row: number): boolean => beta.subarray(row * width, (row + 1) * width).some((value) => value !== 0);
  const kept = Array.from({ length: classes }, (_, of) => {
    const all = Array.from({ length: starts[of + 1] - starts[of] }, (_, i) => starts[of] + i);
    // The only class that there is has no machine, and is known by one of its rows.
    const needed = all.filter(isNeeded);
    return needed.length > 0 ? needed : all.slice(0, 1);
  });
  const rows = kept.flat();
  const take = (from: Float32Array, width: number): Float32Array => {
    const taken = new Float32Array(rows.length * width);
    rows.forEach((row, to) => taken.set(from.subarray(row * width, (row + 1) * width), to * width));
    return taken;
  };
  return {
    vectors: { data: take(data, size), size },
    beta: take(beta, width),
    counts: kept.map((rows) => rows.length),
  };
}

function checkPositive(what: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new SerError('usage', `The ${what} of a support vector machine must be a finite number above 0; it is ${value}.`); // prettier-ignore
}
