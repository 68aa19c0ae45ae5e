import { createRandom } from '../../../src/random.ts';
import type { Classifier, Fit, FitContext, Samples } from '../../../src/train/classifiers/classifier.ts';
import { getClassifier } from '../../../src/train/classifiers/classifiers.ts';
import { completeOptions } from '../../../src/train/classifiers/options.ts';

export const samplesOf = (
  x: readonly number[][],
  y: readonly number[],
  weights?: readonly number[] | null,
): Samples => ({
  x: Float32Array.from(x.flat()),
  y: Uint8Array.from(y),
  ...(weights && { weights: Float32Array.from(weights) }),
});

/** Trains a classifier of vectors by its name. */
export function fitVectors(
  name: string,
  train: Samples,
  options: Record<string, unknown> = {},
  { validation, ...context }: Partial<FitContext> & { validation?: Samples } = {},
): Promise<Fit<Record<string, number>>> {
  const classifier = getClassifier(name) as Classifier<object, Record<string, number>>;
  const shape = shapeOf(train);
  const complete = completeOptions(classifier as Classifier, options);
  return classifier.fit(shape, train, validation, complete, { seed: 1, ...context } as FitContext<
    Record<string, number>
  >);
}

/** Three classes at least, so that a model of few is not one of two. */
export const shapeOf = ({ x, y }: Samples) => ({
  level: 'functionals' as const,
  features: x.length / y.length,
  classes: Math.max(2, ...y) + 1,
});

/** A fitted model's files, as they are read back. */
export async function reopened(name: string, { model }: Fit<unknown>, train: Samples) {
  const content = new Map(
    Array.from(await model.files(), ([file, part]) => {
      return [file, typeof part === 'string' ? new TextEncoder().encode(part) : Uint8Array.from(part)];
    }),
  );
  return { content, open: () => getClassifier(name).open({ dir: 'model', content }, shapeOf(train)) };
}

/** Points of a square whose class is whether both coordinates have the same sign, and columns of noise. */
export function exclusiveOr(rows: number, seed: string, noise = 2): Samples {
  const random = createRandom(seed);
  const x = Array.from({ length: rows }, () => Array.from({ length: 2 + noise }, () => random.between(-1, 1)));
  return samplesOf(x, x.map(([a, b]) => Number(a > 0 === b > 0))); // prettier-ignore
}

/** Share of the rows whose most probable class is theirs. */
export function accuracyOf({ model }: Fit<unknown>, { x, y }: Samples, classes: number): number {
  const p = model.predictProba(x);
  const rights = Array.from(y, (of, row) => {
    const own = p.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own)) === of;
  });
  return rights.filter(Boolean).length / y.length;
}
