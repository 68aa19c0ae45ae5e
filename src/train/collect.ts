import { testedLabels } from '../data/protocols/protocols.ts';
import type { FeatureTable } from '../data/tables/table.ts';
import { rescale } from '../data/temperature.ts';
import type { BlockImportance } from '../eval/reports/importance.ts';
import { sum } from '../eval/statistics/mean.ts';
import type { ModelPrediction, ModelPredictions } from '../eval/systems/modelPredictions.ts';
import type { Prediction, Predictions } from '../eval/systems/predictions.ts';
import { mostProbable } from '../eval/systems/routing.ts';
import { concerns, CROSS_MODELS, type CrossOptions, type Training } from './crossValidation.ts';
import { blockOf } from './permutationImportance.ts';
import { GENDER_FEATURES } from './tellGender.ts';
import type { TrainingResult } from './trainingResult.ts';

/**
 * Combines the results: one set of predictions per seed and kind of model, with the test clips in the order of the table.
 * @param labels  emotions whose clips count. Default: those that the protocol tests
 */
export function collectPredictions(
  trainings: readonly Training[],
  results: readonly Pick<TrainingResult, 'temperature' | 'validation' | 'test'>[],
  { table }: { table: Pick<FeatureTable, 'clips' | 'labels'> },
  { protocol, model, seeds }: CrossOptions,
  labels: readonly string[] = testedLabels(protocol, table),
): ModelPredictions[] {
  const folds = protocol.folds(table.clips.filter((clip) => clip.copy === 0));
  const foldOf = new Map(folds.flatMap(({ name, test }) => test.map((clip) => [clip.id, name])));
  const places = new Map(table.clips.map((clip, i) => [clip.id, i]));
  const isTested = ({ label }: Prediction): boolean => labels.includes(label);
  return seeds.flatMap((seed) =>
    CROSS_MODELS[model].map((member): ModelPredictions => {
      const own = results.filter((_, i) => trainings[i].seed === seed && trainings[i].member === member);
      const calibrated = (
        { labels: from, rows }: Predictions,
        temperature: number,
        fold: (id: string) => string,
      ): ModelPrediction[] =>
        rows.filter(isTested).map((row) => ({
          ...row,
          ...overTested(rescale(row.probabilities, temperature), from, labels),
          fold: fold(row.id),
          temperature: rounded(temperature),
        }));
      const rows = own.flatMap(({ temperature, test }) => calibrated(test, temperature, (id) => foldOf.get(id)!));
      rows.sort((a, b) => places.get(a.id)! - places.get(b.id)!);
      // A training that several folds share: once for each fold for which it predicts.
      const validation = own.flatMap(({ temperature, validation, test }) =>
        [...new Set(test.rows.map(({ id }) => foldOf.get(id)!))].flatMap((fold) =>
          calibrated(validation, temperature, () => fold),
        ),
      );
      return { protocol: protocol.name, labels, model: member, seed, rows, validation };
    }),
  );
}

/** Probabilities restricted to some emotions, renormalised. */
export function overTested(
  probabilities: readonly number[],
  from: readonly string[],
  labels: readonly string[],
): Pick<Prediction, 'predicted' | 'probabilities'> {
  const kept = labels.map((label) => probabilities[from.indexOf(label)] ?? 0);
  const whole = sum(kept);
  return mostProbable(kept.map((p) => rounded(p / whole)), labels); // prettier-ignore
}

/** To five significant digits: more than any figure made of them shows, so that kept tables stay small. */
const rounded = (value: number): number => Number(value.toPrecision(5));

/** Loss of all models of the cross-validation without each block of features, each on the clips of its own gender. */
export function collectImportance(
  trainings: readonly Training[],
  results: readonly TrainingResult[],
  names: readonly string[],
): BlockImportance[] {
  const labels = [...new Set(results.flatMap(({ test }) => test.labels))];
  const clips = labels.map(() => 0);
  const right = labels.map(() => 0);
  const kept = new Map<string, number[]>();
  results.forEach(({ test, importance }, i) => {
    const own = test.rows.filter((row) => concerns(trainings[i].member, row));
    for (const { label, predicted } of own) {
      clips[labels.indexOf(label)]++;
      if (predicted === label) right[labels.indexOf(label)]++;
    }
    for (const { block, hits } of importance) {
      const sums = kept.get(block) ?? labels.map(() => 0);
      hits.forEach((count, k) => (sums[labels.indexOf(test.labels[k])] += count));
      kept.set(block, sums);
    }
  });
  const tested = [...labels.keys()].filter((label) => clips[label] > 0);
  return [...kept].map(([block, hits]) => ({
    block,
    features: [...GENDER_FEATURES, ...names].filter((name) => blockOf(name) === block).length,
    uar: sum(tested.map((label) => (right[label] - hits[label]) / clips[label])) / tested.length,
    accuracy: (sum(right) - sum(hits)) / sum(clips),
  }));
}
