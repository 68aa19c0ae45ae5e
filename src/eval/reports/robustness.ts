import { mean } from '../statistics/mean.ts';
import { SerError } from '../../error.ts';
import {
  BOOTSTRAP_DEFAULTS,
  type BootstrapOptions,
  bootstrapBySpeaker,
  type Interval,
  pairedBootstrap,
} from '../statistics/bootstrap.ts';
import { calibration } from '../metrics/calibration.ts';
import { confusionOf } from '../metrics/confusion.ts';
import { accuracy, uar } from '../metrics/metrics.ts';
import { checkPredictions, confidenceOf, type Predictions } from '../systems/predictions.ts';

/** What was done to the clips, and what the models then said of them. */
export interface ConditionPredictions {
  name: string;
  /** In charts. */
  label: string;
  /** In a sentence, with units. */
  what: string;
  predictions: Predictions;
}

export interface Estimate {
  value: number;
  /** null with one speaker. */
  interval: Interval | null;
}

/** What a condition does. */
export interface ConditionResult {
  name: string;
  label: string;
  what: string;
  n: number;
  accuracy: Estimate;
  uar: Estimate;
  /** This condition minus the first one, on the same clips; of the first one itself null. */
  change: { accuracy: Estimate; uar: Estimate } | null;
  /** Clips whose predicted label is another than under the first condition. */
  flips: Estimate & {
    clips: number;
    /** Right before, wrong now. */
    lost: number;
    /** Wrong before, right now. */
    won: number;
  };
  /** Over 15 bins. */
  ece: number;
  /** Mean probability of the predicted label: above the accuracy the models are surer than they should be. */
  confidence: number;
  nll: number;
  /** Predicted clips of each label. */
  predicted: Record<string, number>;
}

export interface RobustnessReport {
  protocol: string;
  labels: readonly string[];
  n: number;
  speakers: number;
  interval: Required<BootstrapOptions>;
  /** The first is what the others are compared with. */
  conditions: ConditionResult[];
}

/**
 * Compares what models say of the same clips under several conditions. Intervals are bootstraps over speakers, of differences paired.
 * @param conditions  the first is what the others are compared with
 * @throws {SerError} `usage` without conditions, `table` if they are not of the same clips and labels
 */
export function robustnessReport(
  conditions: readonly ConditionPredictions[],
  bootstrap: BootstrapOptions = {},
): RobustnessReport {
  const first = conditions.at(0);
  if (!first) throw new SerError('usage', 'There is no condition to report on: give at least one.');
  const clean = first.predictions;
  for (const { name, predictions } of conditions) checkSame(clean, predictions, name);
  return {
    protocol: clean.protocol,
    labels: clean.labels,
    n: clean.rows.length,
    speakers: new Set(clean.rows.map((row) => row.speaker)).size,
    interval: { ...BOOTSTRAP_DEFAULTS, ...bootstrap },
    conditions: conditions.map((one) => resultOf(one, one === first ? null : clean, bootstrap)),
  };
}

function resultOf(
  { predictions, ...about }: ConditionPredictions,
  clean: Predictions | null,
  bootstrap: BootstrapOptions,
): ConditionResult {
  const { labels, rows } = predictions;
  const { name, label, what } = about;
  const estimate = (statistic: (confusion: number[][]) => number, scored: Predictions): Estimate => {
    return { value: statistic(confusionOf(scored)), interval: bootstrapBySpeaker(scored, statistic, bootstrap) };
  };
  const scores = { accuracy: estimate(accuracy, predictions), uar: estimate(uar, predictions) };
  const changeOf = (statistic: typeof accuracy, now: number, before: Predictions): Estimate => ({
    value: now - estimate(statistic, before).value,
    interval: pairedBootstrap(before, predictions, statistic, bootstrap),
  });
  const right = rows.map((row) => row.predicted === row.label);
  const before = clean?.rows.map((row) => row.predicted === row.label) ?? right;
  // With what was said before in the place of the truth, what is wrong is what has flipped.
  const against = { ...predictions, rows: rows.map((row, i) => ({ ...row, label: (clean ?? predictions).rows[i].predicted })) }; // prettier-ignore
  const { ece, nll } = calibration(predictions);
  return {
    ...{ name, label, what },
    n: rows.length,
    ...scores,
    change: clean && {
      accuracy: changeOf(accuracy, scores.accuracy.value, clean),
      uar: changeOf(uar, scores.uar.value, clean),
    },
    flips: {
      ...estimate((confusion) => 1 - accuracy(confusion), against),
      clips: against.rows.filter((row) => row.predicted !== row.label).length,
      lost: right.filter((now, i) => before[i] && !now).length,
      won: right.filter((now, i) => !before[i] && now).length,
    },
    ece,
    confidence: mean(rows.map(confidenceOf)),
    nll,
    predicted: Object.fromEntries(labels.map((one) => [one, rows.filter((row) => row.predicted === one).length])),
  };
}

function checkSame(clean: Predictions, other: Predictions, name: string): void {
  checkPredictions(other, `the condition ${name}`);
  if (other.protocol !== clean.protocol || other.labels.join() !== clean.labels.join())
    throw new SerError('table', `the condition ${name} has another protocol or other labels than the first one`);
  const differs = other.rows.findIndex(({ id, label }, i) => id !== clean.rows[i]?.id || label !== clean.rows[i].label);
  if (differs < 0 && other.rows.length === clean.rows.length) return;
  const row = (differs < 0 ? Math.min(other.rows.length, clean.rows.length) : differs) + 1;
  throw new SerError('table', `the condition ${name} is not of the same clips as the first one, from row ${row} on`);
}
