import type { Span } from '../../features/windows.ts';
import type { ClipAnalysis } from './analyseClip.ts';
import type { EmotionPrediction } from './predictEmotion.ts';

/** What the command line, the server and the page say of a recording. */
export interface ClipResult extends EmotionPrediction {
  file: string;
  seconds: number;
  /** What to know before relying on it: sentences for people. */
  warnings: string[];
  /** Where somebody speaks, in seconds; empty where nobody does. */
  speech?: Span[];
}

/** A file that could not be analysed, and why. */
export interface ClipFailure {
  file: string;
  error: { code: string; message: string };
}

export type ClipAnswer = ClipResult | ClipFailure;

/** What is said of a file whose emotion has been predicted. */
export function resultOf(
  file: string,
  { seconds, warnings = [], speech }: ClipAnalysis,
  prediction: EmotionPrediction,
): ClipResult {
  return { file, seconds, ...prediction, warnings, ...(speech && { speech }) };
}
