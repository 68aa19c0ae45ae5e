import { ACCURACY } from './accuracy.ts';
import { BRIER } from './brier.ts';
import { ECE } from './calibration.ts';
import { LOG_LOSS } from './logLoss.ts';
import { MACRO_F1 } from './macroF1.ts';
import { MCC } from './mcc.ts';
import type { CountMetric, Metric, ProbabilityMetric } from './metric.ts';
import { UAR } from './uar.ts';

/**
 * All metrics, the most important first. Reports, comparisons, results, model cards and the API show exactly these. To add a metric, write
 * a file and add a line here.
 * @example
 * METRICS[0].name // → 'uar'
 */
export const METRICS: readonly Metric[] = [UAR, ACCURACY, MACRO_F1, MCC, LOG_LOSS, BRIER, ECE];

export const COUNT_METRICS = METRICS.filter((metric): metric is CountMetric => 'ofCounts' in metric);
export const PROBABILITY_METRICS = METRICS.filter((metric): metric is ProbabilityMetric => 'ofProbabilities' in metric);
