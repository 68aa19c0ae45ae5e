import { extractFiles } from '../data/extractFiles.ts';
import type { EmotionModels, EmotionPrediction } from './emotionModels.ts';

/** A clip and what was predicted, or why it could not be. */
export type ClipOutcome = ({ file: string } & EmotionPrediction) | { file: string; error: string };

export interface PredictClipsOptions {
  /** Threads that decode and analyse. Default: as many as the machine has, and no more than clips. */
  workers?: number;
  /** Called after each clip. */
  onClip?: (outcome: ClipOutcome) => void;
}

/**
 * Predicts gender and emotion of many audio files. A file that fails gets an outcome that says why, and stops no other.
 * @returns outcomes in the order of `files`
 */
export async function predictClips(
  files: readonly string[],
  models: EmotionModels,
  { workers, onClip }: PredictClipsOptions = {},
): Promise<ClipOutcome[]> {
  const outcomes = new Map<string, ClipOutcome>();
  const settle = (outcome: ClipOutcome): void => {
    outcomes.set(outcome.file, outcome);
    onClip?.(outcome);
  };
  await extractFiles(files, {
    featureSet: models.featureSet.name,
    workers,
    onVector: (file, vector) => settle({ file, ...models.predict(vector) }),
    onFailure: (file, error) => settle({ file, error }),
  });
  return files.map((file) => outcomes.get(file)!);
}
