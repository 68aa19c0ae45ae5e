import type { Span } from '../../features/windows.ts';
import type { Utterances } from '../timeline/segment.ts';
import type { ClipAnalysis } from './analyseClip.ts';
import type { EmotionPrediction } from './predictEmotion.ts';

/** The prediction for a recording, as shown by the command line, the server and the page. */
export interface ClipResult extends EmotionPrediction {
  file: string;
  seconds: number;
  /** Reasons to be careful with it, as sentences. */
  warnings: string[];
  /** Spans of speech, in seconds; empty if there is none. */
  speech?: Span[];
  /** The utterances of a long recording, each with its own gender and emotion, if they were analysed. */
  utterances?: Utterances;
}

/** A file that could not be analysed, and the reason. */
export interface ClipFailure {
  file: string;
  error: { code: string; message: string };
}

export type ClipAnswer = ClipResult | ClipFailure;

/** The result for a file whose emotion has been predicted. */
export function resultOf(
  file: string,
  { seconds, warnings = [], speech }: ClipAnalysis,
  prediction: EmotionPrediction,
  utterances?: Utterances,
): ClipResult {
  return { file, seconds, ...prediction, warnings, ...(speech && { speech }), ...(utterances && { utterances }) };
}
