import { SerError } from '../../error.ts';
import { rescale } from '../../data/temperature.ts';
import type { ModelPrediction, ModelPredictions } from './modelPredictions.ts';
import type { Prediction, Predictions } from './predictions.ts';
import { type MaleProbability, routePair } from './routing.ts';

/** What is scored and compared: a way of putting models together, a model by itself, a condition, another toolkit. */
export interface SystemName {
  name: string;
  /** In charts and tables. */
  title: string;
  /** What it is, in a sentence. */
  what: string;
}

export interface System extends SystemName {
  /** Its predictions with every seed, all of the same clips in the same order. */
  runs: Run[];
}

/** A system's predictions with one seed. */
export interface Run extends Predictions {
  /** null where it is not known. */
  seed: number | null;
  /** The same rows fold by fold: what is chosen for a fold may be chosen by its validation clips alone. */
  folds: FoldPredictions[];
}

export interface FoldPredictions {
  rows: Prediction[];
  /** Predictions for the clips that steered the fold's models, each of its own gender's; for another fold these may be test clips. */
  validation: Prediction[];
}

/** In this order they are reported, after them all others. */
const KNOWN_SYSTEMS = {
  oracle: "one model per gender; each clip goes to that of its speaker's true gender",
  hard: 'one model per gender; each clip goes to that of its predicted gender',
  soft: 'one model per gender, mixed by the predicted probability of the gender',
  swapped: 'one model per gender; each clip goes to that of the other gender',
  pooled: 'one model for both genders',
  'pooled-gender': "one model for both genders that takes the speaker's gender as a further input",
  given: 'predictions made elsewhere',
};

/** What a system is that this toolkit makes; of another one its name says it. */
export const describeSystem = (name: string): string =>
  Object.hasOwn(KNOWN_SYSTEMS, name) ? KNOWN_SYSTEMS[name as keyof typeof KNOWN_SYSTEMS] : name;

/** Systems that show what the gender is worth; nobody would use them. */
export const isControl = ({ name }: Pick<System, 'name'>): boolean => name === 'swapped';

/**
 * The systems that models make: of a model for men and one for women all ways of routing, of every other model itself.
 * @param maleProbability  without it nothing is routed by predicted gender
 * @param names  of systems that this toolkit does not know by itself, such as conditions
 * @throws {SerError} `table` if the models did not predict the same clips, or a gender's model is alone with clips of others
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p], fold: 'test', temperature: 1 }),
 * );
 * const model = { protocol: 'loso', labels: ['angry', 'calm'], model: 'male', seed: 1, rows, validation: [] };
 * const chances = Object.fromEntries(rows.map(({ id }) => [id, 0.1]));
 * systemsOf([model, { ...model, model: 'female' }], chances).map(({ name }) => name) // → ['oracle', 'hard', 'soft', 'swapped']
 */
export function systemsOf(
  models: readonly ModelPredictions[],
  maleProbability?: MaleProbability,
  names: readonly SystemName[] = [],
): System[] {
  const runs = new Map<string, Run[]>();
  const add = (name: string, { protocol, labels, rows }: Predictions, of: readonly ModelPredictions[]): void => {
    const run = { protocol, labels, rows, seed: of[0].seed, folds: foldsOf(rows, of) };
    runs.set(name, [...(runs.get(name) ?? []), run]);
  };
  for (const seed of new Set(models.map((one) => one.seed))) {
    const ofSeed = models.filter((one) => one.seed === seed);
    const [male, female] = ['male', 'female'].map((gender) => ofSeed.find(({ model }) => model === gender));
    const alone = male ?? female;
    if (male && female) {
      for (const [name, routed] of Object.entries(routePair({ male, female }, maleProbability))) {
        add(name, routed, [male, female]);
      }
    } else if (alone) {
      if (alone.rows.some(({ gender }) => gender !== alone.model)) {
        throw new SerError('table', `the predictions of the model ${alone.model} for all clips make no system: give those of the other gender's model too.`); // prettier-ignore
      }
      add('oracle', alone, [alone]);
    }
    for (const one of ofSeed) if (one !== male && one !== female) add(one.model, one, [one]);
  }
  const order = [...Object.keys(KNOWN_SYSTEMS), ...runs.keys()];
  return [...runs]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([name, all]) => {
      const known = names.find((one) => one.name === name) ?? { name, title: name, what: describeSystem(name) };
      return { ...known, runs: all };
    });
}

function foldsOf(rows: Prediction[], models: readonly ModelPredictions[]): FoldPredictions[] {
  const foldOf = new Map(models[0].rows.map(({ id, fold }) => [id, fold]));
  return [...new Set(foldOf.values())].map((name) => ({
    rows: rows.filter(({ id }) => foldOf.get(id) === name),
    validation: models.flatMap((model) => model.validation.filter(({ fold }) => fold === name)),
  }));
}

/** The predictions as the models made them, before calibration. */
export function uncalibrated(models: readonly ModelPredictions[]): ModelPredictions[] {
  const raw = (rows: readonly ModelPrediction[]): ModelPrediction[] =>
    rows.map((row) => ({ ...row, probabilities: rescale(row.probabilities, 1 / row.temperature) }));
  return models.map((one) => ({ ...one, rows: raw(one.rows), validation: raw(one.validation) }));
}
