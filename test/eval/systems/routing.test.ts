import { describe, expect, test } from 'vitest';
import type { Gender } from '../../../src/data/clip.ts';
import { mcnemar } from '../../../src/eval/statistics/mcnemar.ts';
import { compareSystems } from '../../../src/eval/systems/compare.ts';
import type { ModelPredictions } from '../../../src/eval/systems/modelPredictions.ts';
import type { Predictions } from '../../../src/eval/systems/predictions.ts';
import { routePair, routeProbabilities } from '../../../src/eval/systems/routing.ts';
import { systemsOf } from '../../../src/eval/systems/systems.ts';
import { makeReport } from '../../../src/eval/reports/report.ts';
import { routingLine, routingMarkdown } from '../../../src/eval/text/routingMarkdown.ts';

const labels = ['calm', 'sad'];

/** Of each clip: speaker, gender, truth, P(male), and P(calm) by the male, the female and the pooled model. */
const CLIPS: [speaker: string, Gender, truth: string, male: number, ...calm: number[]][] = [
  ['1', 'male', 'calm', 0.9, 0.8, 0.4, 0.6], //   right side
  ['1', 'male', 'sad', 0.4, 0.1, 0.7, 0.6], //    wrong side: hard loses; soft .4 × .1 + .6 × .7 = .46, keeps
  ['2', 'female', 'sad', 0.2, 0.9, 0.3, 0.2], //  right side
  ['2', 'female', 'calm', 0.6, 0.7, 0.2, 0.3], // wrong side: hard gains; soft .6 × .7 + .4 × .2 = .5, a tie, first label
  ['2', 'female', 'calm', 0.1, 0.1, 0.6, 0.7], // right side
];

const modelOf = (model: string, column: number): ModelPredictions => ({
  ...{ protocol: 'p', labels, model, seed: 1, validation: [] },
  rows: CLIPS.map((clip, i) => {
    const calm = clip[column] as number;
    return {
      ...{ id: `c${i}`, speaker: clip[0], gender: clip[1], label: clip[2], fold: 'test', temperature: 1 },
      ...{ predicted: calm >= 0.5 ? 'calm' : 'sad', probabilities: [calm, 1 - calm] },
    };
  }),
});
const [male, female, pooled] = [modelOf('male', 4), modelOf('female', 5), modelOf('pooled', 6)];
const maleProbability = Object.fromEntries(CLIPS.map((clip, i) => [`c${i}`, clip[3]]));

const systemOf = (rows: Predictions['rows']) => ({
  name: '',
  runs: [{ protocol: 'p', labels, rows, seed: 1, folds: [] }],
});
/** Of the second's accuracy minus the first's. */
const intervalOf = (first: Pick<Predictions, 'rows'>, second: Pick<Predictions, 'rows'>) =>
  compareSystems(systemOf(first.rows), systemOf(second.rows)).differences.accuracy.interval;

const rightIn = (predictions?: Predictions) =>
  predictions!.rows.filter((row) => row.predicted === row.label).map(({ id }) => id);

describe('routing test clips', () => {
  test('hard takes the more probable gender, male at one half; soft mixes', () => {
    const pair = { male: [1, 0], female: [0.2, 0.8] };
    expect(routeProbabilities('hard', pair, 0.5)).toEqual([1, 0]);
    expect(routeProbabilities('hard', pair, 0.49)).toEqual([0.2, 0.8]);
    const soft = routeProbabilities('soft', pair, 0.25);
    expect(soft[0]).toBeCloseTo(0.25 * 1 + 0.75 * 0.2, 12);
    expect(soft[1]).toBeCloseTo(0.75 * 0.8, 12);
    expect(routeProbabilities('soft', pair, 1)).toEqual(pair.male);
  });

  test('every system predicts the same clips in one order', () => {
    const systems = systemsOf([pooled, male, female], maleProbability);
    expect(systems.map(({ name }) => name)).toEqual(['oracle', 'hard', 'soft', 'swapped', 'pooled']);
    for (const { runs } of systems) {
      expect(runs.map(({ rows }) => rows.map(({ id }) => id))).toEqual([['c0', 'c1', 'c2', 'c3', 'c4']]);
    }
    const [oracle, hard, soft, swapped, both] = systems.map(({ runs: [run] }) => run);
    expect(rightIn(oracle)).toEqual(['c0', 'c1', 'c2', 'c4']);
    expect(rightIn(hard)).toEqual(['c0', 'c2', 'c3', 'c4']);
    expect(rightIn(swapped)).toEqual(['c3']);
    expect(rightIn(both)).toEqual(['c0', 'c2', 'c4']);
    expect(soft.rows[1].probabilities[0]).toBeCloseTo(0.46, 12);
    expect(systemsOf([male, female]).map(({ name }) => name)).toEqual(['oracle', 'swapped']);
  });

  test('a model of one gender alone is a system on its own clips only; a model of another name is one by itself', () => {
    expect(() => systemsOf([male])).toThrow(/predictions of the model male for all clips make no system/);
    const own = { ...male, rows: male.rows.slice(0, 2) };
    expect(systemsOf([own]).map(({ name, what }) => [name, what])).toEqual([['oracle', expect.stringMatching(/true gender/)]]); // prettier-ignore
    const fog = { name: 'fog', title: 'in fog', what: 'Fog all around.' };
    expect(systemsOf([{ ...pooled, model: 'fog' }], undefined, [fog])[0]).toMatchObject(fog);
  });

  test('models that were given other clips, a clip without a probability, and one without a gender are refused', () => {
    const reversed = { ...female, rows: female.rows.toReversed() };
    expect(() => routePair({ male, female: reversed }, maleProbability)).toThrow(/not given the same clips/);
    expect(() => routePair({ male, female }, { ...maleProbability, c2: NaN })).toThrow(/clip c2/);
    const unknown = { ...male, rows: male.rows.map((row) => ({ ...row, gender: null })) };
    expect(() => routePair({ male: unknown, female }, maleProbability)).toThrow(/clip c0 has no gender.*pooled/);
  });
});

describe('what routing costs', () => {
  const { report } = makeReport({
    ...{ kind: 'models', predictions: [male, female, pooled], maleProbability, posteriors: 'Out of fold.' },
    ...{ description: 'Made up.', notes: [], options: { resamples: 100 } },
    overlap: {
      speakers: { test: 2, shared: 0 },
      sentences: { test: 1, shared: 1 },
      recordings: { test: 5, shared: 0 },
    },
  });
  const partsOf = (wanted: string) => report.systems.find(({ name }) => name === wanted)!.parts;

  test('figures of each system, routing errors by gender, what is lost and gained', () => {
    expect(partsOf('oracle').combined).toMatchObject({ n: 5, correct: 4, figures: { accuracy: { mean: 0.8 } } });
    expect(partsOf('oracle').female).toMatchObject({ n: 3, correct: 2 });
    expect(partsOf('hard').male).toMatchObject({ n: 2, correct: 1, figures: { accuracy: { mean: 0.5 }, uar: { mean: 0.5 } } }); // prettier-ignore
    const { clips, counts } = report.routing!;
    expect(counts).toEqual({ male: { n: 2, wrong: 1 }, female: { n: 3, wrong: 1 } });
    expect(clips.map(({ id }) => id)).toEqual(['c1', 'c3']);
    expect(clips[0].probability).toBeCloseTo(0.6, 12);
    expect(clips[0].predicted).toEqual({ oracle: 'sad', hard: 'calm', soft: 'sad', swapped: 'calm', pooled: 'calm' });
    const pair = report.comparisons.find(({ first, second }) => first === 'oracle' && second === 'hard')!;
    expect(pair).toMatchObject({ mcnemar: { onlyFirst: 1, onlySecond: 1, p: 1 }, differences: { accuracy: { value: 0 } }, changed: { clips: 2, value: 2 / 5 } }); // prettier-ignore
    expect(report.comparisons).toHaveLength(10);
  });

  test('in words', () => {
    const text = routingMarkdown(report, report.routing!);
    expect(text).toContain('Out of fold.');
    expect(text).toContain('puts 2 of 5 clips on the wrong side: 1 of 2 clips of men and 1 of 3 of women');
    expect(text).toContain("hard routing loses 1 that the true gender's model has right and gains 1");
    expect(text).toContain('| c1 | 1 (male) | sad | **sad** | calm | **sad** | calm | calm | 0.600 |');
    expect(routingLine(report, report.routing!)).toMatch(
      /oracle 4 right, hard 4 right.*2 of 5 voices.*clips lost by that: 1, gained: 1/,
    );
  });
});

describe('paired tests', () => {
  test("McNemar's exact p is that of scipy.stats.binomtest", () => {
    const p = (first: number, second: number, both = 3): number =>
      mcnemar(
        [
          ...Array<boolean>(first).fill(true),
          ...Array<boolean>(second).fill(false),
          ...Array<boolean>(both).fill(true),
        ],
        [
          ...Array<boolean>(first).fill(false),
          ...Array<boolean>(second).fill(true),
          ...Array<boolean>(both).fill(true),
        ],
      ).p;
    expect(p(0, 0)).toBe(1);
    expect(p(10, 10)).toBe(1);
    expect(p(1, 5)).toBeCloseTo(0.21875, 12);
    expect(p(5, 1)).toBeCloseTo(0.21875, 12);
    expect(p(3, 12)).toBeCloseTo(0.03515625, 12);
    expect(p(0, 8)).toBeCloseTo(0.0078125, 12);
    expect(p(40, 25)).toBeCloseTo(0.08168153394154003, 12);
    expect(p(700, 600)).toBeCloseTo(0.0060157938610449395, 12);
    expect(() => mcnemar([true], [])).toThrow(/1 and 0 clips/);
  });

  test('a difference that every speaker shows has an interval without width; swapped systems swap its sign', () => {
    const rows = ['1', '2', '3'].flatMap((speaker) =>
      male.rows.slice(0, 2).map((row) => ({ ...row, id: `${speaker}${row.id}`, speaker })),
    );
    const good = { labels, rows: rows.map((row) => ({ ...row, predicted: row.label })) };
    const half = { labels, rows: good.rows.map((row, i) => (i % 2 ? { ...row, predicted: 'calm' } : row)) };
    expect(intervalOf(good, half)).toEqual({ low: -0.5, high: -0.5 });
    expect(intervalOf(half, good)).toEqual({ low: 0.5, high: 0.5 });
    expect(intervalOf(good, good)).toEqual({ low: 0, high: 0 });
    expect(() => intervalOf(good, { rows: half.rows.slice(1) })).toThrow(/other clips/);
  });

  test('two speakers who differ in opposite ways leave the difference open', () => {
    const rows = ['1', '2'].map((speaker) => ({
      ...male.rows[0],
      id: speaker,
      speaker,
      label: 'calm',
    }));
    const only = (speaker: string) => ({
      labels,
      rows: rows.map((row) => ({ ...row, predicted: row.speaker === speaker ? 'calm' : 'sad' })),
    });
    expect(intervalOf(only('1'), only('2'))).toEqual({ low: -1, high: 1 });
  });
});
