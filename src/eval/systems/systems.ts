import { type Gender, GENDERS } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import type { Answer, Answers } from './modelPredictions.ts';
import { rescale } from '../../data/temperature.ts';
import type { Prediction, Predictions } from './predictions.ts';
import { routedPredictions } from './routing.ts';

/** Ways of putting the answers of single models together, and what each one is. */
export const CROSS_SYSTEMS = {
  oracle: "one model per gender; each clip goes to that of its speaker's true gender",
  hard: 'one model per gender; each clip goes to that of its predicted gender',
  soft: 'one model per gender, mixed by the predicted probability of the gender',
  swapped: 'one model per gender; each clip goes to that of the other gender',
  pooled: 'one model for both genders',
  'pooled-gender': "one model for both genders that is told the speaker's gender",
  given: 'predictions made elsewhere',
} as const;
export type CrossSystem = keyof typeof CROSS_SYSTEMS;

/** A system's predictions, one for each seed, all of the same clips in the same order. */
export type SystemPredictions = Partial<Record<CrossSystem, SeedPredictions[]>>;

export interface SeedPredictions extends Predictions {
  /** null where it is not known. */
  seed: number | null;
  /** The same rows fold by fold: what is chosen for a fold may be chosen by its validation clips alone. */
  folds: FoldPredictions[];
}

export interface FoldPredictions {
  rows: Prediction[];
  /** What the fold's models said of the clips that steered them, each of its own gender's; for another fold these may be test clips. */
  validation: Prediction[];
}

/** Systems that show what the gender is worth; nobody would use them. */
export const isControl = (system: CrossSystem): boolean => system === 'swapped';

/**
 * What each system says, as far as its models have answered.
 * @param maleProbability  of each clip, by its id; without it nothing is routed by predicted gender
 * @throws {SerError} `table` if the models did not answer for the same clips, or make no system
 */
export function systemPredictions(
  sheets: readonly Answers[],
  maleProbability?: Readonly<Record<string, number>>,
): SystemPredictions {
  const systems: SystemPredictions = {};
  for (const seed of new Set(sheets.map((sheet) => sheet.seed))) {
    const by = new Map(sheets.filter((sheet) => sheet.seed === seed).map((sheet) => [sheet.model, sheet]));
    const add = (system: CrossSystem, predictions: Predictions, models: readonly Answers[]): void => {
      (systems[system] ??= []).push({ ...predictions, seed, folds: foldsOf(predictions, models) });
    };
    const [male, female] = GENDERS.map((gender) => by.get(gender));
    if (male && female) {
      const pair = [male, female];
      const route = (maleProbability: Readonly<Record<string, number>>) =>
        routedPredictions({ answers: { male, female }, maleProbability, posteriors: '' });
      const taken = (gender: Gender) =>
        Object.fromEntries(male.rows.map((row) => [row.id, Number(row.gender === gender)]));
      add('oracle', route(taken('male')).oracle!, pair);
      if (maleProbability) {
        const { hard, soft } = route(maleProbability);
        add('hard', hard!, pair);
        add('soft', soft!, pair);
      }
      add('swapped', route(taken('female')).hard!, pair);
    }
    for (const name of ['pooled', 'pooled-gender', 'given'] as const) {
      const sheet = by.get(name);
      if (sheet) add(name, byGender(sheet), [sheet]);
    }
  }
  if (Object.keys(systems).length === 0) {
    const models = [...new Set(sheets.map((sheet) => sheet.model))].join(', ');
    throw new SerError('table', `answers of ${models} alone make no system: it takes male and female, pooled or pooled-gender.`); // prettier-ignore
  }
  return systems;
}

function foldsOf({ rows }: Predictions, models: readonly Answers[]): FoldPredictions[] {
  const foldOf = new Map(models[0].rows.map(({ id, fold }) => [id, fold]));
  return [...new Set(foldOf.values())].map((name) => ({
    rows: rows.filter(({ id }) => foldOf.get(id) === name),
    validation: models.flatMap((model) => model.validation.filter(({ fold }) => fold === name)),
  }));
}

/** The answers as the models gave them, before calibration. */
export function uncalibrated(sheets: readonly Answers[]): Answers[] {
  const raw = (rows: readonly Answer[]): Answer[] =>
    rows.map((row) => ({ ...row, probabilities: rescale(row.probabilities, 1 / row.temperature) }));
  return sheets.map((sheet) => ({ ...sheet, rows: raw(sheet.rows), validation: raw(sheet.validation) }));
}

/** In the order of the routed ones. */
function byGender({ protocol, labels, rows }: Answers): Predictions {
  return {
    protocol,
    labels,
    rows: [...GENDERS, null].flatMap((gender) => rows.filter((row) => row.gender === gender)),
  };
}
