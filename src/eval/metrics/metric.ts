import type { Predictions } from '../systems/predictions.ts';

/** Counts of clips, true label × predicted label. */
export type Counts = readonly (readonly number[])[];

interface AboutMetric {
  /** Its key in JSON and in the library. */
  name: string;
  /** In tables and charts. */
  title: string;
  /** What is computed, in a few words that stand after the title. */
  formula: string;
  higherIsBetter: boolean;
  /** When there is no such figure; it is then NaN, in JSON null, in tables a dash. */
  undefinedWhen: string;
}

/** A figure of predicted labels. Its intervals come from counts by speaker, which add up. */
export interface CountMetric extends AboutMetric {
  ofCounts(confusion: Counts): number;
}

/** A figure of probabilities: undefined, too, where there are labels only. */
export interface ProbabilityMetric extends AboutMetric {
  ofProbabilities(predictions: Pick<Predictions, 'labels' | 'rows'>): number;
}

export type Metric = CountMetric | ProbabilityMetric;
