import { type Emotion, EMOTIONS, type Gender, GENDERS } from '../data/clip.ts';
import { SerError } from '../error.ts';
import { routeProbabilities } from '../eval/routing.ts';
import type { Span } from '../features/windows.ts';
import type { Predictor } from '../train/predict.ts';
import type { ClipAnalysis } from './analyseClip.ts';
import {
  type EmotionModelName,
  modelsFor,
  type Routing,
  ROUTING_DEFAULT,
  type RoutingChoice,
} from './routingChoice.ts';

/** What the emotion models say of a stretch of audio. */
export interface EmotionVerdict {
  emotion: Emotion;
  /** Probability of that emotion. */
  confidence: number;
  probabilities: Record<Emotion, number>;
}

/** What the models say of one clip. */
export interface EmotionPrediction extends EmotionVerdict {
  /** As given, else the more probable one. Null where nobody was asked: the pooled model needs none. */
  gender: Gender | null;
  /** What the gender model gives that gender; null where it was not asked. */
  genderProbability: number | null;
  /** `option` where the caller gave the gender, `none` where there is none, else the gender model's file name. */
  genderSource: string;
  /** How the emotion model was chosen: as asked for, or `given` by the caller's gender. */
  routing: Routing | 'given';
  /** Of the windows, where the analysis has them. The gender is that of the whole recording. */
  timeline?: (Span & EmotionVerdict)[];
}

/** Emotion models that are in memory, and the file name of the gender model that chooses between the pair. */
export interface RoutedModels {
  emotions: ReadonlyMap<EmotionModelName, Predictor>;
  gender?: string;
}

/**
 * The emotion of a clip, and of its windows, by the models that the choice takes: each model is asked once, of all of them.
 * Runs in Node, Deno and the browser.
 * @param analysis  with the clip's features and, where the gender model is to choose, its answer
 * @throws {SerError} `usage` if the choice takes a model that is not loaded, or an analysis that was not made
 */
export function predictEmotion(
  models: RoutedModels,
  analysis: Pick<ClipAnalysis, 'vector' | 'voice' | 'windows'>,
  choice: RoutingChoice = {},
): EmotionPrediction {
  const { routing = ROUTING_DEFAULT, gender } = choice;
  const { voice, windows } = analysis;
  const answersOf = (name: EmotionModelName): Float32Array[] => {
    const model = models.emotions.get(name);
    if (!model) {
      const loaded = [...models.emotions.keys()].join(', ');
      throw new SerError('usage', `The ${name} model is not loaded; these are: ${loaded}.`);
    }
    if (!analysis.vector) throw new SerError('usage', 'The clip was analysed without its features.');
    return predictRows(model, [analysis.vector, ...(windows ?? []).map(({ vector }) => vector)]);
  };
  const conclude = (answers: ArrayLike<number>[]): Pick<EmotionPrediction, 'timeline'> & EmotionVerdict => {
    const [whole, ...parts] = answers.map(verdict);
    return {
      ...whole,
      ...(windows && { timeline: windows.map(({ start, end }, i) => ({ start, end, ...parts[i] })) }),
    };
  };

  const [name, other] = modelsFor(choice);
  if (!other) {
    const known = { gender: gender ?? null, genderProbability: null, genderSource: gender ? 'option' : 'none' };
    return { ...known, routing: gender ? 'given' : 'pooled', ...conclude(answersOf(name)) };
  }
  if (!voice) throw new SerError('usage', 'The clip was analysed without asking for the gender of its voice.');
  const weight = voice.label === 'male' ? voice.probability : 1 - voice.probability;
  const mixed = (): ArrayLike<number>[] => {
    const [male, female] = GENDERS.map(answersOf);
    return male.map((_, row) => routeProbabilities('soft', { male: male[row], female: female[row] }, weight));
  };
  return {
    gender: voice.label,
    genderProbability: voice.probability,
    genderSource: models.gender!,
    routing,
    ...conclude(routing === 'soft' ? mixed() : answersOf(voice.label)),
  };
}

/** One call for all rows: a row in company takes a fraction of its time alone. */
function predictRows(model: Predictor, rows: readonly Float64Array[]): Float32Array[] {
  const values = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  rows.forEach((row, i) => values.set(row, i * rows[0].length));
  const answers = model.predictProba(values);
  const classes = answers.length / rows.length;
  return rows.map((_, i) => answers.subarray(i * classes, (i + 1) * classes));
}

function verdict(values: ArrayLike<number>): EmotionVerdict {
  const probabilities = Object.fromEntries(EMOTIONS.map((emotion, i) => [emotion, values[i]])) as Record<
    Emotion,
    number
  >;
  const emotion = EMOTIONS.reduce((best, one) => (probabilities[one] > probabilities[best] ? one : best));
  return { emotion, confidence: probabilities[emotion], probabilities };
}
