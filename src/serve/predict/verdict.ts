import { argmax } from '../../argmax.ts';
import { adjectiveOf, soundOf } from '../../data/labels/emotionWords.ts';
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
  /** `Sounds angry`, `Not sure: angry or fearful`, `Unlike the voices the models know`, or `No speech found`. */
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
    return { emotion: null, confidence: null, probabilities, ...none, headline: 'No speech found' };
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
    headline: headlineOf(known, alternatives),
  };
}

function headlineOf(
  { sure, reason }: Pick<EmotionVerdict, 'sure' | 'reason'>,
  alternatives: readonly string[],
): string {
  if (reason === 'distance') return 'Unlike the voices the models know';
  return sure === false ? `Not sure: ${adjectives(alternatives)}` : `Sounds ${soundOf(alternatives[0])}`;
}

/**
 * Emotions as alternatives, for people.
 * @example
 * adjectives(['angry', 'fearful', 'disgust']) // → 'angry, fearful or disgusted'
 */
export function adjectives(emotions: readonly string[]): string {
  const words = emotions.map(adjectiveOf);
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The verdict without a verb, for tables and labels: `Angry`, `Not sure: angry or fearful`, `No speech found`. */
export function shortHeadline({
  emotion,
  sure,
  headline,
}: Pick<EmotionVerdict, 'emotion' | 'sure' | 'headline'>): string {
  return emotion === null || sure === false ? headline : capital(emotion);
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

/**
 * How often such answers are right, as a sentence for people.
 * @example
 * rightInWords(0.62) // → 'On people the models have never heard, answers like this are right 6 times in 10.'
 */
export function rightInWords(rightOnUnseen: number): string {
  const times = Math.round(10 * rightOnUnseen);
  const share =
    rightOnUnseen > 0.95
      ? 'more than 9 times'
      : times === 0
        ? 'less than once'
        : times === 1
          ? 'once'
          : `${times} times`;
  return `On people the models have never heard, answers like this are right ${share} in 10.`;
}
