import { relative } from 'node:path';
import { codeMarkdown } from '../../eval/text/markdown.ts';
import type { Prediction } from '../../eval/systems/predictions.ts';
import { posteriorsOf } from '../../train/gender/voices/genderPosteriors.ts';

/** Out-of-fold predictions of the gender model for clips. */
export interface Voices {
  /** The probability that a clip's voice is male, by clip id. */
  maleProbability: Record<string, number>;
  /** Their origin, in a sentence. */
  posteriors: string;
}

/**
 * Undefined, with a notice, if there are no posteriors of these clips.
 * @param corpus  of the clips
 */
export function readVoices(
  clips: readonly Pick<Prediction, 'id' | 'speaker' | 'gender'>[],
  path: string,
  corpus: string,
): Voices | undefined {
  const voices = posteriorsOf(clips, path, corpus);
  if (!(voices instanceof Map)) {
    console.error(`The clips are not routed by predicted gender: ${voices.missing}.`);
    return undefined;
  }
  const known = clips.map(({ id }) => [id, voices.get(id)!] as const);
  const folds = new Set(known.map(([, { fold }]) => fold)).size;
  return {
    maleProbability: Object.fromEntries(known.map(([id, { maleProbability }]) => [id, maleProbability])),
    posteriors:
      `The gender of a clip's voice is predicted out of fold: by ${folds === 1 ? 'a gender model' : `the one of ${folds} gender models`} that was trained without ` +
      `the speaker (${codeMarkdown(relative('.', path))}). The shipped gender model, trained on all of them, is not used.`,
  };
}
