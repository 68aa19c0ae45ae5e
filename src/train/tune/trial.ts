import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { confusionOf } from '../../eval/metrics/confusion.ts';
import { logLoss } from '../../eval/metrics/logLoss.ts';
import { uar } from '../../eval/metrics/uar.ts';
import { sum } from '../../eval/statistics/mean.ts';
import { systemsOf } from '../../eval/systems/systems.ts';
import { readText, writeJson } from '../../files/files.ts';
import { count, finite, parseJson } from '../../files/json.ts';
import { sha256 } from '../../sha256.ts';
import { getClassifier } from '../classifiers/classifiers.ts';
import { collectPredictions } from '../collect.ts';
import { type CrossOptions, findTraining, fingerprintOf, planTrainings, runTraining, type Training } from '../crossValidation.ts'; // prettier-ignore
import { withLock } from '../../files/lock.ts';
import type { TrainingResult } from '../trainingResult.ts';
import type { FoldContext } from '../trainFold.ts';
import type { Candidate } from './candidates.ts';
import { withinBudget } from './halving.ts';
import type { OuterFold } from './outerFolds.ts';
import { type GivenOptions, ownOptions } from './space.ts';

/** One candidate within the training clips of one fold. */
export interface Trial {
  fold: OuterFold;
  candidate: Candidate;
  /** Share of the full budget. */
  share: number;
}

/** What all trials of a search have in common. */
export interface TrialOptions extends Pick<CrossOptions, 'model' | 'classifier' | 'train' | 'otherGenderWeight'> {
  seed: number;
  /** The classifier's options that are not searched. */
  given: GivenOptions;
  /** Folder for results. */
  folder: string;
}

const RESULT = v.object({
  /** Of each inner fold, on its held-out clips. */
  folds: v.pipe(v.array(v.object({ clips: count, uar: finite, logLoss: finite })), v.minLength(1)),
  /** Of all of its trainings, validation runs included. */
  seconds: finite,
});
export type TrialResult = v.InferOutput<typeof RESULT>;

interface Plan {
  options: CrossOptions;
  trainings: Training[];
  path: string;
  fingerprint: string;
}

function planTrial({ fold, candidate, share }: Trial, given: TrialOptions): Plan {
  const { model, classifier: name, train, otherGenderWeight, seed, folder } = given;
  const classifier = getClassifier(name);
  const asked = ownOptions(classifier, { ...given.given, ...candidate });
  const { options, clips } = withinBudget(classifier, asked, share);
  const protocol = fold.inner(clips);
  const cross: CrossOptions = { protocol, model, classifier: name, otherGenderWeight, seeds: [seed], train: { ...train, ...options }, importance: false, folder: '' }; // prettier-ignore
  const trainings = planTrainings({ table: fold }, cross);
  const fingerprint = sha256(trainings.map((training) => fingerprintOf(training, fold.whole, cross)).join());
  const path = join(folder, `${protocol.name}-${model}-${name}-${fingerprint.slice(0, 12)}`);
  return { options: { ...cross, folder: path }, trainings, path, fingerprint };
}

/** @returns undefined if this trial has not been done with these data and options, or its result is damaged */
export function findTrial(trial: Trial, options: TrialOptions): TrialResult | undefined {
  return readResult(planTrial(trial, options));
}

function readResult({ path, fingerprint }: Plan): TrialResult | undefined {
  const file = `${path}.json`;
  if (!existsSync(file)) return undefined;
  try {
    return parseJson(readText(file, 'model'), v.object({ fingerprint: v.literal(fingerprint), ...RESULT.entries }), file, 'model'); // prettier-ignore
  } catch (error) {
    if (error instanceof SerError) return undefined;
    throw error;
  }
}

/**
 * Trains a candidate on each inner fold and scores it on the clips that were held out, and stores the figures. After an interruption it continues
 * with the trainings that are missing.
 * @throws {SerError} as `trainFold`
 */
export function runTrial(
  trial: Trial,
  given: TrialOptions,
  context: Omit<FoldContext, 'checkpoints'> = {},
): Promise<void> {
  const plan = planTrial(trial, given);
  return withLock(plan.path, async () => {
    if (readResult(plan)) return;
    const { options, trainings, path, fingerprint } = plan;
    const tables = trial.fold.tables();
    for (const training of trainings) await runTraining(training, tables, options, context);
    const results = trainings.map((training) => findTraining(training, tables, options));
    const result: TrialResult = {
      folds: scoreFolds(trial.fold, plan, results),
      seconds: Number(sum(results.map((one) => one?.seconds ?? 0)).toFixed(1)),
    };
    writeJson(`${path}.json`, { fingerprint, ...result });
    rmSync(path, { recursive: true, force: true });
  });
}

/** What a training that diverged is taken for: its probabilities are no numbers, and its result cannot be read. */
const DIVERGED = { uar: 0, logLoss: -Math.log(Number.EPSILON) };

function scoreFolds(
  { clips, labels }: OuterFold,
  { options, trainings }: Plan,
  results: readonly (TrainingResult | undefined)[],
): TrialResult['folds'] {
  const known = results.filter((one) => one !== undefined);
  if (known.length < results.length) {
    return options.protocol.folds(clips).map(({ test }) => ({ clips: test.length, ...DIVERGED }));
  }
  const predictions = collectPredictions(
    trainings,
    known,
    { table: { clips: [...clips], labels: [...labels] } },
    options,
    labels,
  );
  // The first system gives each clip to the model of its speaker's true gender, or there is one model.
  const [{ runs }] = systemsOf(predictions);
  return runs[0].folds.map(({ rows }) => ({
    clips: rows.length,
    uar: uar(confusionOf({ labels, rows })),
    logLoss: logLoss(rows.map(({ label }) => label), rows.map(({ probabilities }) => probabilities), labels), // prettier-ignore
  }));
}
