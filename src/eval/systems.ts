import { type Gender, GENDERS } from '../data/clip.ts';
import type { Answers } from './answers.ts';
import { rescale } from './calibration.ts';
import type { Predictions } from './predictions.ts';
import { routedPredictions } from './routing.ts';

/** Ways of putting the answers of single models together, and what each one is. */
export const CROSS_SYSTEMS = {
  oracle: "a model a gender, each clip by that of its speaker's true gender",
  hard: 'a model a gender, each clip by that of its predicted gender',
  soft: 'a model a gender, both mixed by the predicted probability of the gender',
  swapped: 'a model a gender, each clip by that of the other gender',
  pooled: 'one model for both genders',
  'pooled-gender': "one model for both genders that is told the speaker's gender",
} as const;
export type CrossSystem = keyof typeof CROSS_SYSTEMS;

/** A system's predictions, one for each seed, all of the same clips in the same order. */
export type SystemPredictions = Partial<Record<CrossSystem, SeedPredictions[]>>;

export interface SeedPredictions extends Predictions {
  seed: number;
}

/**
 * What each system says, as far as its models have answered.
 * @param maleProbability  of each clip, by its id; without it nothing is routed by predicted gender
 * @throws {SerError} `table` if the models did not answer for the same clips
 */
export function systemPredictions(
  sheets: readonly Answers[],
  maleProbability?: Readonly<Record<string, number>>,
): SystemPredictions {
  const systems: SystemPredictions = {};
  const add = (system: CrossSystem, seed: number, predictions: Predictions): void =>
    void (systems[system] ??= []).push({ ...predictions, seed });
  for (const seed of new Set(sheets.map((sheet) => sheet.seed))) {
    const by = new Map(sheets.filter((sheet) => sheet.seed === seed).map((sheet) => [sheet.model, sheet]));
    const [male, female] = GENDERS.map((gender) => by.get(gender));
    if (male && female) {
      const answers = { male, female };
      const by = (gender: Gender) =>
        Object.fromEntries(male.rows.map((row) => [row.id, Number(row.gender === gender)]));
      const { oracle } = routedPredictions({ answers, maleProbability: by('male'), posteriors: '' });
      add('oracle', seed, oracle!);
      if (maleProbability) {
        const { hard, soft } = routedPredictions({ answers, maleProbability, posteriors: '' });
        add('hard', seed, hard!);
        add('soft', seed, soft!);
      }
      add('swapped', seed, routedPredictions({ answers, maleProbability: by('female'), posteriors: '' }).hard!);
    }
    for (const name of ['pooled', 'pooled-gender'] as const) {
      const sheet = by.get(name);
      if (sheet) add(name, seed, byGender(sheet));
    }
  }
  return systems;
}

/** The answers as the models gave them, before calibration. */
export function uncalibrated(sheets: readonly Answers[]): Answers[] {
  return sheets.map((sheet) => ({
    ...sheet,
    rows: sheet.rows.map((row) => ({ ...row, probabilities: rescale(row.probabilities, 1 / row.temperature) })),
  }));
}

/** In the order of the routed ones. */
function byGender({ protocol, labels, rows }: Answers): Predictions {
  return { protocol, labels, rows: GENDERS.flatMap((gender) => rows.filter((row) => row.gender === gender)) };
}
