import type { EmotionPrediction } from './predictEmotion.ts';

/** What the server and this device say of a file. */
export interface ClipResult extends EmotionPrediction {
  file: string;
  seconds: number;
  /** In words. */
  warnings: string[];
}

/** A file that could not be analysed, and why. */
export interface ClipFailure {
  file: string;
  error: { code: string; message: string };
}

export type ClipAnswer = ClipResult | ClipFailure;
