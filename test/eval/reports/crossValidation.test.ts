import { describe, expect, test } from 'vitest';
import type { Clip } from '../../../src/data/clip.ts';
import {
  checkAgainstCorpus,
  isModelPredictionsCsv,
  type ModelPrediction,
  type ModelPredictions,
  modelPredictionsToCsv,
  parseModelPredictionsCsv,
} from '../../../src/eval/systems/modelPredictions.ts';
import type { MaleProbability } from '../../../src/eval/systems/routing.ts';
import { wholeOf } from '../../../src/eval/systems/scores.ts';
import { reportMarkdown } from '../../../src/eval/text/reportMarkdown.ts';
import { makeReport, type ReportOptions } from '../../../src/eval/reports/report.ts';

const LABELS = ['calm', 'sad'];
/** Of each clip: speaker, gender, truth, P(male voice), and P(calm) by the male, the female and the pooled model, seed 1, then seed 2. */
const CLIPS = [
  ['a1', 'a', 'male', 'calm', 0.9, [0.8, 0.3, 0.6], [0.7, 0.3, 0.4]],
  ['a2', 'a', 'male', 'sad', 0.8, [0.1, 0.6, 0.6], [0.6, 0.6, 0.4]],
  ['b1', 'b', 'male', 'sad', 0.4, [0.2, 0.9, 0.1], [0.2, 0.9, 0.1]],
  ['b2', 'b', 'male', 'calm', 0.9, [0.4, 0.1, 0.9], [0.9, 0.1, 0.9]],
  ['c1', 'c', 'female', 'calm', 0.1, [0.3, 0.9, 0.8], [0.3, 0.9, 0.8]],
  ['d1', 'd', 'female', 'sad', 0.2, [0.9, 0.2, 0.3], [0.9, 0.2, 0.3]],
] as const;

function models(temperature = 1): ModelPredictions[] {
  return [1, 2].flatMap((seed) =>
    ['male', 'female', 'pooled'].map((model, m) => ({
      ...{ protocol: 'luna-5fold', labels: LABELS, model, seed },
      validation: [] as ModelPrediction[],
      rows: CLIPS.map((clip) => {
        const [id, speaker, gender, label] = clip;
        const calm = clip[seed === 1 ? 5 : 6][m];
        const probabilities = [calm, Number((1 - calm).toFixed(1))];
        return {
          id,
          speaker,
          gender,
          label,
          fold: 'fold 1',
          temperature,
          predicted: LABELS[calm > 0.5 ? 0 : 1],
          probabilities,
        };
      }),
    })),
  );
}
const maleProbability = Object.fromEntries(CLIPS.map(([id, , , , p]) => [id, p]));
const context = {
  description: 'A test.',
  overlap: {
    speakers: { test: 4, shared: 0 },
    sentences: { test: 2, shared: 2 },
    recordings: { test: 6, shared: 0 },
  },
  notes: [],
};
const score = (predictions: readonly ModelPredictions[], voices?: MaleProbability, options?: ReportOptions) =>
  makeReport({ kind: 'cross-validation', predictions, maleProbability: voices, options, ...context });

describe('figures of a cross-validation', () => {
  const scored = score(models(), maleProbability, { resamples: 200 });
  const { report } = scored;
  const systemOf = (wanted: string) => report.systems.find(({ name }) => name === wanted)!;
  const accuracyOf = (wanted: string) => wholeOf(systemOf(wanted)).figures.accuracy;

  test('every system, by hand: the mean over the seeds, its spread, the recalls, the gap', () => {
    expect(report.systems.map(({ name }) => name)).toEqual(['oracle', 'hard', 'soft', 'swapped', 'pooled']);
    // Seed 1, men: a1 right, a2 right, b1 right, b2 wrong; women both right. Seed 2: a2 wrong, b2 right.
    const { parts, gap } = systemOf('oracle');
    expect(parts.male!.figures.accuracy.values).toEqual([0.75, 0.75]);
    expect(parts.male!.figures.uar.values).toEqual([(0.5 + 1) / 2, (1 + 0.5) / 2]);
    expect(parts.female!.figures.uar).toMatchObject({ values: [1, 1], mean: 1, sd: 0 });
    expect(parts.combined!.figures.accuracy.mean).toBeCloseTo(5 / 6, 12);
    const spread = expect.closeTo(1 / 3 / Math.SQRT2, 12) as number;
    expect(parts.combined!.classes).toMatchObject([
      { label: 'calm', clips: 3, recall: { mean: (2 / 3 + 1) / 2, sd: spread } },
      { label: 'sad', clips: 3, recall: { mean: (1 + 2 / 3) / 2, sd: spread } },
    ]);
    expect(parts.combined!.correct).toBe(5);
    expect(gap!.uar.value).toBeCloseTo(1 - 0.75, 12);
    expect(parts.combined!.confusion).toEqual([
      [5, 1],
      [1, 5],
    ]);
    // b1 goes to the female model, which is wrong.
    expect(accuracyOf('hard').values).toEqual([4 / 6, 4 / 6]);
    // Of the other gender's model: men all wrong; women both wrong.
    expect(accuracyOf('swapped').values).toEqual([0, 0]);
    // Seed 1: a1 right, a2 wrong, the others right; seed 2: a1 wrong, a2 right.
    expect(accuracyOf('pooled')).toMatchObject({ values: [5 / 6, 5 / 6], sd: 0 });
  });

  test('intervals enclose the mean; every two systems are compared on the same clips', () => {
    const { uar } = systemOf('oracle').parts.combined!.figures;
    expect(uar.interval!.low).toBeLessThanOrEqual(uar.mean);
    expect(uar.interval!.high).toBeGreaterThanOrEqual(uar.mean);
    const pair = report.comparisons.find(({ first, second }) => first === 'oracle' && second === 'hard')!;
    expect(pair.differences.accuracy.value).toBeCloseTo(-1 / 6, 12);
    expect(pair.mcnemar).toMatchObject({ onlyFirst: 1, onlySecond: 0 });
    expect(report.comparisons).toHaveLength(10);
  });

  test('without posteriors of the gender nothing is routed by it', () => {
    expect(score(models()).report.systems.map(({ name }) => name)).toEqual(['oracle', 'swapped', 'pooled']);
  });

  test('before calibration the temperature is taken back', () => {
    const [{ uncalibrated, parts }] = score(models(2)).report.systems;
    const before = uncalibrated!.logLoss.mean;
    expect(before).not.toBeCloseTo(parts.combined!.figures.logLoss.mean, 3);
    const raw = CLIPS.flatMap((clip) =>
      [clip[5], clip[6]].map((by) => {
        const calm = by[clip[2] === 'male' ? 0 : 1];
        const [a, b] = [calm ** 2, (1 - calm) ** 2];
        return -Math.log((clip[3] === 'calm' ? a : b) / (a + b));
      }),
    );
    expect(before).toBeCloseTo(raw.reduce((x, y) => x + y) / raw.length, 12);
  });

  test('thresholds are a fold’s own: by hand, and whatever the other folds say', () => {
    const told = (validation: [fold: string, sure: number, right: boolean][], truth = 'calm') => {
      const answer = (id: string, fold: string, sure: number, label: string): ModelPrediction => ({
        ...{ id, fold, label, speaker: id, gender: 'male' as const, temperature: 1 },
        ...{ predicted: 'calm', probabilities: [sure, 1 - sure] },
      });
      const model: ModelPredictions = {
        ...{ protocol: 'p', labels: LABELS, model: 'pooled', seed: 1 },
        rows: [
          ...[answer('a', 'fold 1', 0.9, truth), answer('b', 'fold 1', 0.7, truth)],
          ...[answer('c', 'fold 2', 0.9, 'calm'), answer('d', 'fold 2', 0.6, 'calm')],
        ],
        validation: validation.map(([fold, sure, right], i) => answer(`v${i}`, fold, sure, right ? 'calm' : 'sad')),
      };
      const { systems, report } = score([model], undefined, { maxError: 0 });
      return { folds: systems[0].runs[0].folds, abstention: report.systems[0].abstention };
    };
    const selection = (threshold: number, coverage: number, error: number) => ({
      threshold,
      coverage: { mean: coverage, sd: null },
      error: { mean: error, sd: null },
    });
    // Fold 1 must be sure by .8; fold 2 answers all.
    const { folds, abstention } = told([
      ['fold 1', 0.8, true],
      ['fold 1', 0.75, false],
      ['fold 2', 0.55, true],
    ]);
    expect(abstention).toEqual(selection(0.4, 3 / 4, 0));
    expect(folds.map(({ rows, validation }) => [rows.length, validation.length])).toEqual([[2, 2], [2, 1]]); // prettier-ignore
    // The validation clips of fold 2 are test clips of fold 1: what they are changes nothing there.
    const other = told([
      ['fold 1', 0.8, true],
      ['fold 1', 0.75, false],
      ['fold 2', 0.9, false],
    ]);
    expect(other.abstention).toEqual(selection(0.8, 1 / 4, 0)); // fold 2 says nothing
    // Nor do the labels of the test clips.
    expect(told([['fold 1', 0.8, true]], 'sad').abstention).toEqual(selection(0, 1 / 2, 1));
    // In no fold is there a threshold.
    expect(told([['fold 1', 0.8, false]]).abstention).toBeNull();
  });

  test('predictions of one gender’s model alone for all clips are no system', () => {
    expect(() => score(models().filter(({ model }) => model === 'male'))).toThrow(/the model male for all clips make no system/); // prettier-ignore
  });

  test('in words, with published figures beside them', () => {
    const charts = [{ section: 'calibration', name: 'reliability', title: 'Confidence' } as const];
    const manifest = { command: 'ser eval', options: {}, seed: [1, 2], versions: {}, data: {}, models: {} };
    const text = reportMarkdown(scored, charts, { manifest });
    const calibrationText = text.split(/(?=^## )/m).find((section) => section.startsWith('## Calibration'));
    expect(calibrationText).toContain('![Confidence](figures/reliability.png)');
    expect(text).toContain('6 test clips of 4 speakers');
    expect(text).toMatch(/\| oracle \| 6 \| 5 \| 0\.833 ± 0\.000 \[/);
    expect(text).toContain('with seeds 1, 2');
    expect(text).toContain('There are 2 emotions; chance is a UAR of 0.500.');
    expect(text).toContain("- `oracle`: one model per gender; each clip goes to that of its speaker's true gender");
    expect(text).toContain('0.670: human raters');
    expect(text).toContain('| oracle | hard | −0.167');
  });
});

describe('the table of predictions', () => {
  test('is read back as it was written', () => {
    const text = modelPredictionsToCsv(models(1.5));
    expect(isModelPredictionsCsv(text)).toBe(true);
    expect(parseModelPredictionsCsv(text, 'luna-5fold')).toEqual(models(1.5));
  });

  test.each([
    ['male,1,', 'male,1,1,', /row 1 \(clip .*has 12 fields/],
    [',1.5,a1', ',-1,a1', /row 1 \(clip a1\) has the temperature -1/],
    ['0.8,0.2', '0.8,much', /row 1 \(clip a1\) has "much"/],
    ['0.8,0.2', '0.8,0.9', /clip a1\) sum to 1\.7/],
    ['a,male', 'a,other', /has the gender "other"/],
    ['model,seed', 'seed,model', /the header must begin with model,seed/],
    [',test,', ',training,', /is of the set "training"/],
  ])('a damaged one is refused: %s → %s', (from, to, message) => {
    expect(() => parseModelPredictionsCsv(modelPredictionsToCsv(models(1.5)).replace(from, to), 'p')).toThrow(message);
  });

  test('models in another order are brought into that of the first, so that the same clips are compared', () => {
    const [first, second] = models();
    const text = modelPredictionsToCsv([first, { ...second, rows: second.rows.toReversed() }]);
    const [, read] = parseModelPredictionsCsv(text, 'luna-5fold');
    expect(read.rows.map(({ id }) => id)).toEqual(first.rows.map(({ id }) => id));
  });

  test.each([
    ['lacks a clip', ({ rows }: ModelPredictions) => rows.slice(1), /female, seed 1 has no prediction for the test clip a1/],
    ['has one more', ({ rows }: ModelPredictions) => [...rows, { ...rows[0], id: 'z' }], /has 7 test clips; male has 6/],
    ['knows another truth', ({ rows }: ModelPredictions) => rows.map((row) => ({ ...row, label: 'calm' })), /a2 has the label calm in female, seed 1, but sad before/],
    ['is of other folds', ({ rows }: ModelPredictions) => rows.map((row) => ({ ...row, fold: 'fold 2' })), /a1 has the fold fold 2/],
  ])('a model that %s is refused', (_, change, message) => {
    const [first, second] = models();
    const text = modelPredictionsToCsv([first, { ...second, rows: change(second) }]);
    expect(() => parseModelPredictionsCsv(text, 'p')).toThrow(message);
  }); // prettier-ignore

  test('validation clips are checked too, fold by fold', () => {
    const [first] = models();
    const [row] = first.rows;
    const read = (validation: ModelPrediction[]) =>
      parseModelPredictionsCsv(modelPredictionsToCsv([{ ...first, validation }]), 'p', 'a.csv');
    expect(read([row, { ...row, fold: 'fold 2' }])[0].validation).toHaveLength(2);
    expect(() => read([row, row])).toThrow(/validation clips of fold 1: row 2 \(clip a1\) occurs twice/);
    expect(() => read([{ ...row, label: 'nonsense' }])).toThrow(
      /validation clips of fold 1: row 1 .* has the label "nonsense"/,
    );
  });

  test('against the corpus: every test clip, and what the corpus says of it', () => {
    const [model] = models();
    const clips = model.rows.map(({ id, speaker, gender, label }) => ({ id, speaker, gender, emotion: label }) as Clip);
    const check = (rows: ModelPrediction[], test = clips) =>
      checkAgainstCorpus({ ...model, rows }, [{ name: 'fold 1', test }], 'a.csv');
    expect(() => check(model.rows)).not.toThrow();
    expect(() => check(model.rows.slice(2))).toThrow(
      /a\.csv: 2 of the 6 test clips of luna-5fold have no prediction, such as a1/,
    );
    expect(() => check(model.rows, clips.slice(1))).toThrow(/a1 is no test clip of luna-5fold/);
    expect(() => check(model.rows.map((row) => ({ ...row, label: 'sad' })))).toThrow(
      /a1 has the label sad; it is calm/,
    );
  });
});
