import { SerError } from '../../error.ts';
import { mean } from '../statistics/mean.ts';
import { requireSameLength } from './confusion.ts';
import type { ProbabilityMetric } from './metric.ts';

/**
 * Mean of −ln p(true label), in nats. Probabilities are clipped to [ε, 1 − ε], ε = 2⁻⁵², so a wrong prediction with
 * certainty costs 36.04 rather than infinity. Matches `sklearn.metrics.log_loss(labels=…)` 1.5.2 within 1e-12.
 * @param probabilities  one row per clip, one column per label
 * @returns ≥ 0; NaN without clips, for which it is undefined
 * @throws {SerError} `usage` if a true label is not in `labels` or a row has another length
 * @example
 * logLoss(['angry', 'calm'], [[0.9, 0.1], [0.4, 0.6]], ['angry', 'calm']) // → 0.308
 */
export function logLoss(
  truth: readonly string[],
  probabilities: readonly (readonly number[])[],
  labels: readonly string[],
): number {
  requireSameLength(truth, probabilities);
  const losses = truth.map((label, i) => {
    const column = labels.indexOf(label);
    if (column < 0)
      throw new SerError('usage', `clip ${i} has the true label "${label}", which is not among the labels`);
    if (probabilities[i].length !== labels.length)
      throw new SerError('usage', `clip ${i} has ${probabilities[i].length} probabilities for ${labels.length} labels`);
    const p = probabilities[i][column];
    return -Math.log(Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
  });
  return mean(losses);
}

export const LOG_LOSS: ProbabilityMetric = {
  name: 'logLoss',
  title: 'log loss',
  formula: 'negative log-likelihood of the true emotions, in nats',
  higherIsBetter: false,
  undefinedWhen: 'there is no clip, or labels without probabilities',
  ofProbabilities: ({ labels, rows }) =>
    logLoss(rows.map((row) => row.label), rows.map((row) => row.probabilities), labels), // prettier-ignore
};
