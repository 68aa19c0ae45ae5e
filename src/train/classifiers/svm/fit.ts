import { roundToHalf } from '../../../half.ts';
import type { Fit, FitContext, Samples, Shape } from '../classifier.ts';
import { writeSvm } from './files.ts';
import { kernelMatrix, type Rows, scaledGamma } from './kernel.ts';
import { pairsOf, type SvmModel, svmProbabilities } from './machine.ts';
import { balanceOf, weightedRows } from '../rowWeights.ts';
import { solveTwoClasses } from './smo.ts';
import type { SvmNotes, SvmOptions } from './svm.ts';

/** Limit of the kernel rows kept in memory: all those of 16,000 clips. */
const KERNEL_BYTES = 2 ** 30;

/** `Classifier.fit`. Validation rows are not used. */
export async function fitClassifier(
  shape: Shape,
  train: Samples,
  _validation: Samples | undefined,
  options: SvmOptions,
  { signal, onProgress }: FitContext<SvmNotes>,
): Promise<Fit<SvmNotes>> {
  const total = pairsOf(shape.classes).length;
  const exact = await fitSvm(shape, train, options, (done) => {
    signal?.throwIfAborted();
    onProgress?.({ done, total, text: 'pairs of classes' });
  });
  // As it is stored: decision values change by about the tolerance of the optimum.
  const model = { ...exact, vectors: { ...exact.vectors, data: exact.vectors.data.map(roundToHalf) } };
  return {
    model: {
      predictProba: svmProbabilities(model),
      files: () => Promise.resolve(writeSvm(model)),
    },
    notes: { gamma: model.gamma, rows: train.y.length, vectors: model.counts.reduce((a, b) => a + b) },
  };
}

/**
 * Trains a support vector machine with RBF kernel for each pair of classes. Decision values match `sklearn.svm.SVC` 1.9
 * (`decision_function_shape='ovo'`) within 1e-3, its tolerance.
 * @param train  standardised vectors; a row's weight multiplies its C
 * @param onPair  called after every pair with the number of finished pairs; other waiting tasks have run before
 * @throws {SerError} `usage` for weights out of range, or without rows
 */
export async function fitSvm(
  { features, classes }: Pick<Shape, 'features' | 'classes'>,
  train: Pick<Samples, 'x' | 'y' | 'weights'>,
  { C, gamma: asked, classWeight }: SvmOptions,
  onPair?: (done: number) => void,
): Promise<SvmModel> {
  const gamma = asked === 'scale' ? scaledGamma({ data: train.x, size: features }) : asked;
  const { rows, weights, starts } = sortByClass(train, features, classes);
  const balance = classWeight === 'balanced' ? balanceOf(totalsOf(weights, starts)) : undefined;
  const kernel = kernelMatrix(rows, gamma, KERNEL_BYTES);
  const beta = new Float32Array(weights.length * (classes - 1));
  const biases: number[] = [];
  for (const [first, second] of pairsOf(classes)) {
    await new Promise((resolve) => setTimeout(resolve));
    const [a, aEnd, b, bEnd] = [starts[first], starts[first + 1], starts[second], starts[second + 1]];
    const ofFirst = aEnd - a;
    const rowOf = (t: number): number => (t < ofFirst ? a + t : b + t - ofFirst);
    const y = Int8Array.from({ length: ofFirst + bEnd - b }, (_, t) => (t < ofFirst ? 1 : -1));
    const solution = solveTwoClasses({
      y,
      bounds: Float64Array.from(y, (sign, t) => C * weights[rowOf(t)] * (balance?.[sign > 0 ? first : second] ?? 1)),
      kernelRow: (t, into) => {
        const similarity = kernel(rowOf(t));
        into.set(similarity.subarray(a, aEnd));
        into.set(similarity.subarray(b, bEnd), ofFirst);
      },
    });
    solution.beta.forEach((value, t) => (beta[rowOf(t) * (classes - 1) + (y[t] > 0 ? second - 1 : first)] = value));
    biases.push(solution.bias);
    onPair?.(biases.length);
  }
  return { gamma, biases, ...supportVectors(rows, starts, beta) };
}

/** The rows with non-zero weight, sorted by class; `starts` contains the start of each class, and the end of the last. */
function sortByClass(
  { x, y, weights }: Pick<Samples, 'x' | 'y' | 'weights'>,
  size: number,
  classes: number,
): { rows: Rows; weights: Float64Array; starts: number[] } {
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (const row of weightedRows({ y, weights })) byClass[y[row]].push(row);
  const order = byClass.flat();
  const starts = [0];
  for (const members of byClass) starts.push(starts.at(-1)! + members.length);
  return {
    rows: { data: pick(x, size, order), size },
    weights: Float64Array.from(order, (row) => weights?.[row] ?? 1),
    starts,
  };
}

/** Weight of each class. */
function totalsOf(weights: Float64Array, starts: readonly number[]): number[] {
  return starts.slice(1).map((end, of) => weights.subarray(starts[of], end).reduce((a, b) => a + b, 0));
}

/** The model without the rows whose β are all 0. */
function supportVectors(
  { data, size }: Rows,
  starts: readonly number[],
  beta: Float32Array,
): Pick<SvmModel, 'vectors' | 'beta' | 'counts'> {
  const width = starts.length - 2;
  const isNeeded = (row: number): boolean => beta.subarray(row * width, (row + 1) * width).some((value) => value !== 0);
  const kept = starts.slice(1).map((end, of) => {
    const all = Array.from({ length: end - starts[of] }, (_, i) => starts[of] + i);
    const needed = all.filter(isNeeded);
    // A single class has no machine: its first row represents it.
    return needed.length > 0 ? needed : all.slice(0, 1);
  });
  return {
    vectors: { data: pick(data, size, kept.flat()), size },
    beta: pick(beta, width, kept.flat()),
    counts: kept.map((rows) => rows.length),
  };
}

/** Some rows of a matrix. */
function pick(data: Float32Array, size: number, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * size);
  rows.forEach((row, to) => picked.set(data.subarray(row * size, (row + 1) * size), to * size));
  return picked;
}
