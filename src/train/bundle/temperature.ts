import { SerError } from '../../error.ts';
import { calibrationBins, expectedCalibrationError } from '../../eval/metrics/calibration.ts';
import type { Predictions } from '../../eval/systems/predictions.ts';
import { isTemperature, softmax, TEMPERATURE_RULE } from '../../data/temperature.ts';

/** A clip's logits, the index of its label, and its weight. */
export interface CalibrationRow {
  logits: readonly number[];
  label: number;
  weight: number;
}

/** Search interval of the temperature. */
const RANGE = [0.05, 20] as const;

/**
 * The temperature that minimises the mean of −ln softmax(logits / temperature)[label] (Guo et al., 2017). That mean has one
 * minimum in ln(temperature), which golden-section search finds to 1e-6 between 0.05 and 20.
 * @throws {SerError} `usage` without rows
 */
export function fitTemperature(rows: readonly CalibrationRow[]): number {
  if (rows.length === 0) throw new SerError('usage', 'fitting a temperature requires at least one clip.');
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = RANGE.map(Math.log);
  while (high - low > 1e-6) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (negativeLogLikelihood(rows, Math.exp(a)) < negativeLogLikelihood(rows, Math.exp(b))) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/**
 * The temperature that best fits a model's predictions on its validation clips.
 * @param least  taken if that is lower
 * @throws {SerError} `usage` for a least one that is no temperature
 */
export function temperatureOf({ labels, rows }: Pick<Predictions, 'labels' | 'rows'>, least?: number): number {
  if (least !== undefined && !isTemperature(least)) {
    throw new SerError('usage', `The least temperature ${TEMPERATURE_RULE}; it is ${least}.`);
  }
  const fitted = fitTemperature(
    rows.map(({ label, probabilities }) => ({
      logits: probabilities.map((p) => Math.log(Math.max(p, Number.MIN_VALUE))),
      label: labels.indexOf(label),
      weight: 1,
    })),
  );
  return Math.max(fitted, least ?? fitted);
}

/** Weighted mean over the rows. */
export function negativeLogLikelihood(rows: readonly CalibrationRow[], temperature: number): number {
  let sum = 0;
  let total = 0;
  for (const { logits, label, weight } of rows) {
    // In terms of logits, not of the probability, which can be 0: limiting that would add a second minimum.
    const highest = Math.max(...logits);
    const raised = logits.reduce((total, logit) => total + Math.exp((logit - highest) / temperature), 0);
    sum += weight * (Math.log(raised) - (logits[label] - highest) / temperature);
    total += weight;
  }
  return sum / total;
}

/** Weighted expected calibration error of the rows, in 15 bins. */
export function calibrationError(rows: readonly CalibrationRow[], temperature: number): number {
  const verdicts = rows.map(({ logits, label, weight }) => {
    const probabilities = softmax(logits, temperature);
    const confidence = Math.max(...probabilities);
    return { confidence, right: probabilities.indexOf(confidence) === label, weight };
  });
  return expectedCalibrationError(calibrationBins(verdicts));
}
