import { DEFAULT_WORKERS } from '../data/workerPool.ts';
import { analyseFiles } from './analyseFiles.ts';
import type { EmotionModels } from './emotionModels.ts';
import type { EmotionPrediction } from './predictEmotion.ts';
import type { RoutingChoice } from './routingChoice.ts';

/** A clip and what was predicted, or why it could not be. */
export type ClipOutcome = ({ file: string } & EmotionPrediction) | { file: string; error: string };

export interface PredictClipsOptions extends RoutingChoice {
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
  { onClip, ...options }: PredictClipsOptions = {},
): Promise<ClipOutcome[]> {
  const outcomes: ClipOutcome[] = [];
  for await (const outcome of predictEach(files, models, options)) {
    outcomes.push(outcome);
    onClip?.(outcome);
  }
  return outcomes;
}

/** As `predictClips`, one after the other, as soon as each is its turn: nothing is kept of those that were given. */
export async function* predictEach(
  files: Iterable<string>,
  models: EmotionModels,
  { workers = DEFAULT_WORKERS, ...choice }: Omit<PredictClipsOptions, 'onClip'> = {},
): AsyncGenerator<ClipOutcome> {
  for await (const outcome of analyseFiles(files, models.needs(choice), workers)) {
    const { file } = outcome.job;
    try {
      if ('error' in outcome) throw outcome.error;
      yield { file, ...models.predict(outcome.result, choice) };
    } catch (error) {
      yield { file, error: (error as Error).message };
    }
  }
}
