import { SerError } from '../../error.ts';
import { rescale } from '../../data/temperature.ts';
import type { ModelPrediction, ModelPredictions } from './modelPredictions.ts';
import type { Prediction, Predictions } from './predictions.ts';
import { type MaleProbability, routePair } from './routing.ts';

/** A way to obtain one prediction per clip, which is scored and compared: a combination of models, a single model, a condition, another toolkit. */
export interface SystemName {
  name: string;
  /** Title in charts and tables. */
  title: string;
  /** Description, in a sentence. */
  what: string;
}

export interface System extends SystemName {
  /** Its predictions with every seed, all of the same clips in the same order. */
  runs: Run[];
}

/** A system's predictions with one seed. */
export interface Run extends Predictions {
  /** null if unknown. */
  seed: number | null;
  /** The same rows by fold: choices for a fold may only be based on its validation clips. */
  folds: FoldPredictions[];
}

export interface FoldPredictions {
  rows: Prediction[];
  /** Predictions for the validation clips of the fold's models, each by its own gender's model; for another fold these may be test clips. */
  validation: Prediction[];
}

/** Order of systems in reports; all others follow. */
const KNOWN_SYSTEMS = {
  oracle: "one model per gender; each clip goes to that of its speaker's true gender",
  hard: 'one model per gender; each clip goes to that of its predicted gender',
  soft: 'one model per gender, mixed by the predicted probability of the gender',
  swapped: 'one model per gender; each clip goes to that of the other gender',
  pooled: 'one model for both genders',
  'pooled-gender': "one model for both genders that takes the speaker's gender as a further input",
  given: 'predictions made elsewhere',
};

/** The description of a known system; another one's name has to suffice. */
export const describeSystem = (name: string): string =>
  Object.hasOwn(KNOWN_SYSTEMS, name) ? KNOWN_SYSTEMS[name as keyof typeof KNOWN_SYSTEMS] : name;

/** Controls that show the effect of the gender; not meant for use. */
export const isControl = ({ name }: Pick<System, 'name'>): boolean => name === 'swapped';

/**
 * The systems of a set of models: for a model for men and one for women all ways of routing, for every other model the model itself.
 * @param maleProbability  without it clips are not routed by predicted gender
 * @param names  titles of systems that this toolkit does not know, such as conditions
 * @throws {SerError} `table` if the models have different clips, or a single gender's model has clips of the other gender
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

/** The models' own predictions, before calibration. */
export function uncalibrated(models: readonly ModelPredictions[]): ModelPredictions[] {
  const raw = (rows: readonly ModelPrediction[]): ModelPrediction[] =>
    rows.map((row) => ({ ...row, probabilities: rescale(row.probabilities, 1 / row.temperature) }));
  return models.map((one) => ({ ...one, rows: raw(one.rows), validation: raw(one.validation) }));
}
