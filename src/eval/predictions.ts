import type { Gender } from '../data/clip.ts';

/** What a model said of one clip, and the truth. The only thing that `eval` ever sees of a model. */
export interface Prediction {
  id: string;
  speaker: string;
  gender: Gender;
  label: string;
  /** The label with the highest probability. */
  predicted: string;
  /** One probability a label, in the order of `Predictions.labels`; they sum to 1. */
  probabilities: number[];
}

/** Predictions on a set of test clips, with the protocol that they were made under. */
export interface Predictions {
  protocol: string;
  labels: readonly string[];
  rows: Prediction[];
}
