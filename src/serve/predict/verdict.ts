import { argmax } from '../../argmax.ts';
import { type MixedModel, type Standing, standingOf } from '../../train/bundle/selective.ts';
import { capital } from '../../words.ts';

/** The emotion models' prediction for a part of a recording. */
export interface EmotionVerdict {
  /** The most probable emotion; null if nobody speaks, since the models name an emotion for any sound. */
  emotion: string | null;
  /** Probability of that emotion; null if nobody speaks. */
  confidence: number | null;
  /** One for each label of the models, in their order. */
  probabilities: Record<string, number>;
  /** Whether the models stand by it; null if they cannot tell (`Bundle.selective`), or nobody speaks. */
  sure: boolean | null;
  /** Why they do not: the probability is too low for the stated error, or the features are unlike those of the training data. */
  reason: Standing['reason'];
  /** The emotions that the headline names: the predicted one, and where the models are not sure those that it might be. None if nobody speaks. */
  alternatives: string[];
  /** How often such an answer is right on speakers that the models have not learnt from; null if they cannot tell, or nobody speaks. */
  rightOnUnseen: number | null;
  /** `Angry`, `Not sure (angry or fearful)` or `No speech`. */
  headline: string;
}

/** What the headline of an answer that is not sure names: as many as have this share together, two or three, none that is improbable. */
const [TOGETHER, MOST, PROBABLE] = [0.5, 3, 0.05];

/**
 * @param values  a probability for each label
 * @param speaks  whether anybody speaks
 * @param models  what the answer is mixed of; none if a model cannot tell how sure it is
 */
export function verdictOf(
  labels: readonly string[],
  values: ArrayLike<number>,
  speaks: boolean,
  models: readonly MixedModel[] = [],
): EmotionVerdict {
  const probabilities = Object.fromEntries(labels.map((label, i) => [label, values[i]]));
  if (!speaks) {
    const none = { sure: null, reason: null, alternatives: [], rightOnUnseen: null };
    return { emotion: null, confidence: null, probabilities, ...none, headline: 'No speech' };
  }
  const emotion = labels[argmax(Array.from(values))];
  const confidence = probabilities[emotion];
  const known = models.length > 0 ? standingOf(models, confidence) : { sure: null, reason: null, rightOnUnseen: null };
  const alternatives = known.sure === false ? candidates(probabilities) : [emotion];
  return {
    emotion,
    confidence,
    probabilities,
    ...known,
    alternatives,
    headline: known.sure === false ? `Not sure (${orList(alternatives)})` : capital(emotion),
  };
}

/** The most probable emotions, in falling order. */
function candidates(probabilities: Readonly<Record<string, number>>): string[] {
  const ranked = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  const two = ranked[0][1] + ranked[1][1] >= TOGETHER;
  return ranked
    .slice(0, two ? 2 : MOST)
    .filter(([, p], i) => i === 0 || p >= PROBABLE)
    .map(([label]) => label);
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/**
 * The share in words, for people.
 * @example
 * rightInWords(0.62) // → 'right in about 6 of 10 such cases on unseen speakers'
 */
export function rightInWords(rightOnUnseen: number): string {
  const share = rightOnUnseen > 0.95 ? 'more than 9' : `about ${Math.round(10 * rightOnUnseen)}`;
  return `right in ${share} of 10 such cases on unseen speakers`;
}
