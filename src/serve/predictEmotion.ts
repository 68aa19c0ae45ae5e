import { type Emotion, EMOTIONS, type Gender } from '../data/clip.ts';
import { SerError } from '../error.ts';
import { routeProbabilities } from '../eval/routing.ts';
import type { Predictor } from '../train/predict.ts';
import type { ClipAnalysis } from './analyseClip.ts';
import {
  type EmotionModelName,
  modelsFor,
  type Routing,
  ROUTING_DEFAULT,
  type RoutingChoice,
} from './routingChoice.ts';

/** What the models say of one clip. */
export interface EmotionPrediction {
  /** As given, else the more probable one. Null where nobody was asked: the pooled model needs none. */
  gender: Gender | null;
  /** What the gender model gives that gender; null where it was not asked. */
  genderProbability: number | null;
  /** `option` where the caller gave the gender, `none` where there is none, else the gender model's file name. */
  genderSource: string;
  /** How the emotion model was chosen: as asked for, or `given` by the caller's gender. */
  routing: Routing | 'given';
  emotion: Emotion;
  /** Probability of that emotion. */
  confidence: number;
  probabilities: Record<Emotion, number>;
}

/** Emotion models that are in memory, and the file name of the gender model that chooses between the pair. */
export interface RoutedModels {
  emotions: ReadonlyMap<EmotionModelName, Predictor>;
  gender?: string;
}

/**
 * The emotion of a clip by the models that the choice takes. Runs in Node, Deno and the browser.
 * @param analysis  with the clip's features and, where the gender model is to choose, its answer
 * @throws {SerError} `usage` if the choice takes a model that is not loaded, or an analysis that was not made
 */
export function predictEmotion(
  models: RoutedModels,
  analysis: Pick<ClipAnalysis, 'vector' | 'voice'>,
  choice: RoutingChoice = {},
): EmotionPrediction {
  const answerOf = (name: EmotionModelName): ArrayLike<number> => {
    const model = models.emotions.get(name);
    if (!model) {
      const loaded = [...models.emotions.keys()].join(', ');
      throw new SerError('usage', `The ${name} model is not loaded; these are: ${loaded}.`);
    }
    if (!analysis.vector) throw new SerError('usage', 'The clip was analysed without its features.');
    return model.predictProba(Float32Array.from(analysis.vector));
  };
  const { routing = ROUTING_DEFAULT, gender } = choice;
  const [name, other] = modelsFor(choice);
  if (!other) {
    const known = { gender: gender ?? null, genderProbability: null, genderSource: gender ? 'option' : 'none' };
    return { ...known, routing: gender ? 'given' : 'pooled', ...verdict(answerOf(name)) };
  }
  const { voice } = analysis;
  if (!voice) throw new SerError('usage', 'The clip was analysed without asking for the gender of its voice.');
  const male = voice.label === 'male' ? voice.probability : 1 - voice.probability;
  const pair = () => ({ male: answerOf('male'), female: answerOf('female') });
  return {
    gender: voice.label,
    genderProbability: voice.probability,
    genderSource: models.gender!,
    routing,
    ...verdict(routing === 'soft' ? routeProbabilities('soft', pair(), male) : answerOf(voice.label)),
  };
}

function verdict(values: ArrayLike<number>): Pick<EmotionPrediction, 'emotion' | 'confidence' | 'probabilities'> {
  const probabilities = Object.fromEntries(EMOTIONS.map((emotion, i) => [emotion, values[i]])) as Record<
    Emotion,
    number
  >;
  const emotion = EMOTIONS.reduce((best, one) => (probabilities[one] > probabilities[best] ? one : best));
  return { emotion, confidence: probabilities[emotion], probabilities };
}
