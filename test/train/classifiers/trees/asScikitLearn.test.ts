import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fitVectors, samplesOf } from '../vectorModels.ts';

interface Golden {
  features: number;
  x: number[][];
  y: number[];
  cases: {
    classifier: string;
    options: Record<string, unknown>;
    weights: number[] | null;
    /** Of the training rows: in a gap between them, thresholds on bins are others than those on values. */
    probabilities: number[][];
  }[];
}
const url = new URL('../../../fixtures/trees/scikit-learn.json', import.meta.url);
const golden = JSON.parse(readFileSync(url, 'utf8')) as Golden;

const named = golden.cases.map((one) => ({ ...one, rows: one.weights ? 'weighted' : 'unweighted' }));

test.each(named)(
  'probabilities are those of scikit-learn: $classifier, $options, $rows rows',
  async ({ classifier, options, weights, probabilities }) => {
    const fit = await fitVectors(classifier, samplesOf(golden.x, golden.y, weights), options);
    const ours = fit.model.predictProba(Float32Array.from(golden.x.flat()));
    expect(ours).toHaveLength(3 * golden.x.length);
    probabilities.flat().forEach((value, i) => expect(Math.abs(ours[i] - value)).toBeLessThan(2e-5));
  },
);
