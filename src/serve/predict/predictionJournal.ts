import { rmSync } from 'node:fs';
import { type Journal, openJournal } from '../../data/workers/journal.ts';
import type { EmotionModels } from './emotionModels.ts';
import type { ClipResult } from './clipResult.ts';
import type { RoutingChoice } from './routingChoice.ts';

/**
 * The journal of a run with these models and this choice.
 * @param resume  whether to continue an earlier run instead of starting again
 */
export function openPredictions(
  path: string,
  models: EmotionModels,
  choice: RoutingChoice & { strict?: boolean },
  resume = true,
): Journal<ClipResult> {
  if (!resume) rmSync(path, { force: true });
  return openJournal<ClipResult>(path, `${models.fingerprint()} ${JSON.stringify(choice)}`, {
    encode: (prediction) => prediction,
    decode: (stored) => {
      const prediction = stored as ClipResult | null;
      return prediction?.file && prediction.probabilities && Array.isArray(prediction.warnings)
        ? prediction
        : undefined;
    },
  });
}
