import type { Predictions } from '../systems/predictions.ts';

/** Counts of clips, true label × predicted label. */
export type Counts = readonly (readonly number[])[];

interface AboutMetric {
  /** Its key in JSON and in the library. */
  name: string;
  /** Title in tables and charts. */
  title: string;
  /** The formula in a few words, shown after the title. */
  formula: string;
  higherIsBetter: boolean;
  /** When the figure is undefined; it is then NaN, null in JSON, and a dash in tables. */
  undefinedWhen: string;
}

/** A metric of predicted labels. Its intervals are computed from counts by speaker, which can be added. */
export interface CountMetric extends AboutMetric {
  ofCounts(confusion: Counts): number;
}

/** A metric of probabilities: also undefined for predictions without them. */
export interface ProbabilityMetric extends AboutMetric {
  ofProbabilities(predictions: Pick<Predictions, 'labels' | 'rows'>): number;
}

export type Metric = CountMetric | ProbabilityMetric;
