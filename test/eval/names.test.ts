import { expect, test } from 'vitest';
import { modelPredictionsToCsv, parseModelPredictionsCsv } from '../../src/eval/systems/modelPredictions.ts';
import { classificationReport } from '../../src/eval/metrics/classificationReport.ts';
import { evaluate } from '../../src/eval/systems/scores.ts';
import { parseForeignCsv } from '../../src/eval/systems/foreignPredictions.ts';
import { groupingsOf, groupScores } from '../../src/eval/statistics/mistakes.ts';
import type { Prediction } from '../../src/eval/systems/predictions.ts';
import { parseVoicesCsv, voicesToCsv } from '../../src/eval/systems/voicesCsv.ts';
import { systemsOf } from '../../src/eval/systems/systems.ts';
import { ravdess } from '../../src/data/corpora/ravdess.ts';

/** What every object has, and other names that are more than names in JavaScript. */
const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', 'length'];

/** Two clips of each name, by a speaker of that name, with a label of that name. */
const rows = NAMES.flatMap((name, i) =>
  [0, 1].map((copy): Prediction => {
    const probabilities = NAMES.map((_, j) => (j === (i + copy) % NAMES.length ? 0.4 : 0.1));
    const gender = i % 2 ? 'male' : 'female';
    return { id: copy ? `${name}-2` : name, speaker: name, gender, label: name, predicted: NAMES[(i + copy) % NAMES.length], probabilities }; // prettier-ignore
  }),
);
const predictions = { protocol: 'loso', labels: NAMES, rows };

test('names that objects have are only names: as clip, speaker and label', () => {
  const report = classificationReport(rows.map(({ label }) => label), rows.map(({ predicted }) => predicted), NAMES); // prettier-ignore
  for (const name of NAMES)
    expect(Object.getOwnPropertyDescriptor(report, name)?.value).toMatchObject({ support: 2, recall: 0.5 });
  expect(evaluate(predictions, { resamples: 10 }).parts.combined).toMatchObject({ n: 14, correct: 7, figures: { uar: { mean: 0.5 } } }); // prettier-ignore
  const groups = groupScores(predictions, groupingsOf(predictions).speaker);
  expect(groups.map(({ group, n, right }) => [group, n, right])).toEqual(groups.map(({ group }) => [group, 2, 1]));
  expect(groups.map(({ group }) => group).sort()).toEqual(NAMES.toSorted());
  for (const name of NAMES) expect(ravdess.recordingOf({ id: name })).toBe(`ravdess/${name}`);
});

test('and in the predictions of a cross-validation, routed by voices', () => {
  const tested = rows.map((row) => ({ ...row, fold: row.speaker, temperature: 1 }));
  const models = (['male', 'female'] as const).map((model) => ({
    ...predictions,
    model,
    seed: 1,
    rows: tested,
    validation: [],
  }));
  expect(parseModelPredictionsCsv(modelPredictionsToCsv(models), 'loso')).toEqual(models);
  const voices = parseVoicesCsv(
    voicesToCsv(Object.fromEntries(rows.map(({ id }, i) => [id, i / 20])), rows),
    'voices.csv',
  );
  const hard = systemsOf(models, voices).find(({ name }) => name === 'hard')!;
  expect(hard.runs[0].rows.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(() => systemsOf(models, {})).toThrow(/clip .+ has no probability of its gender/);
});

test('and in tables of other toolkits, where they are no emotions', () => {
  const clip = { id: 'constructor', speaker: '__proto__', gender: 'male', emotion: 'sad', channel: 'speech', corpus: 'x', recording: 'x', sentence: null } as const; // prettier-ignore
  const options = { protocol: 'loso', labels: ['sad', 'calm'], folds: [{ name: 'f', test: [clip] }] };
  expect(parseForeignCsv('file,predicted\nconstructor.wav,sadness\n', options, 'x.csv').rows[0]).toMatchObject({ id: 'constructor', predicted: 'sad' }); // prettier-ignore
  for (const name of NAMES) {
    expect(() => parseForeignCsv(`file,predicted\nconstructor.wav,${name}\n`, options, 'x.csv')).toThrow(
      `predicts "${name.toLowerCase()}"; the labels are sad, calm`,
    );
  }
});
