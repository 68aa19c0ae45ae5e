import { describe, expect, test } from 'vitest';
import type { Gender } from '../../../src/data/clip.ts';
import { pairedBootstrap } from '../../../src/eval/statistics/bootstrap.ts';
import { mcnemar } from '../../../src/eval/statistics/mcnemar.ts';
import { accuracy } from '../../../src/eval/metrics/metrics.ts';
import type { Predictions } from '../../../src/eval/systems/predictions.ts';
import { routedPredictions, routeProbabilities, type RoutingInput } from '../../../src/eval/systems/routing.ts';
import { describeRouting, routingMarkdown } from '../../../src/eval/text/routingMarkdown.ts';
import { routingReport } from '../../../src/eval/reports/routingReport.ts';

const labels = ['calm', 'sad'];

/** Of each clip: speaker, gender, truth, P(male), and P(calm) by the male, the female and the pooled model. */
const CLIPS: [speaker: string, Gender, truth: string, male: number, ...calm: number[]][] = [
  ['1', 'male', 'calm', 0.9, 0.8, 0.4, 0.6], //   right side
  ['1', 'male', 'sad', 0.4, 0.1, 0.7, 0.6], //    wrong side: hard loses; soft .4 × .1 + .6 × .7 = .46, keeps
  ['2', 'female', 'sad', 0.2, 0.9, 0.3, 0.2], //  right side
  ['2', 'female', 'calm', 0.6, 0.7, 0.2, 0.3], // wrong side: hard gains; soft .6 × .7 + .4 × .2 = .5, a tie, first label
  ['2', 'female', 'calm', 0.1, 0.1, 0.6, 0.7], // right side
];

function input(pooled = true): RoutingInput {
  const answersOf = (column: number): Predictions => ({
    protocol: 'p',
    labels,
    rows: CLIPS.map((clip, i) => {
      const calm = clip[column] as number;
      const predicted = calm >= 0.5 ? 'calm' : 'sad';
      return {
        id: `c${i}`,
        speaker: clip[0],
        gender: clip[1],
        label: clip[2],
        predicted,
        probabilities: [calm, 1 - calm],
      };
    }),
  });
  return {
    answers: { male: answersOf(4), female: answersOf(5), ...(pooled && { pooled: answersOf(6) }) },
    maleProbability: Object.fromEntries(CLIPS.map((clip, i) => [`c${i}`, clip[3]])),
    posteriors: 'Out of fold.',
  };
}

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
    const systems = routedPredictions(input());
    for (const one of Object.values(systems))
      expect(one.rows.map(({ id }) => id)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect(rightIn(systems.oracle)).toEqual(['c0', 'c1', 'c2', 'c4']);
    expect(rightIn(systems.hard)).toEqual(['c0', 'c2', 'c3', 'c4']);
    expect(rightIn(systems.pooled)).toEqual(['c0', 'c2', 'c4']);
    expect(systems.soft!.rows[1].probabilities[0]).toBeCloseTo(0.46, 12);
    expect(Object.keys(routedPredictions(input(false)))).toEqual(['oracle', 'hard', 'soft']);
  });

  test('models that were given other clips, and a clip without a gender, are refused', () => {
    const other = input();
    other.answers.female.rows.reverse();
    expect(() => routedPredictions(other)).toThrow(/not given the same clips/);
    const lost = input();
    expect(() => routedPredictions({ ...lost, maleProbability: { ...lost.maleProbability, c2: NaN } })).toThrow(
      /clip c2/,
    );
  });
});

describe('what routing costs', () => {
  const report = routingReport(input(), { resamples: 100 });

  test('figures of each system, routing errors by gender, what is lost and gained', () => {
    expect(report.systems.oracle!.combined).toMatchObject({ n: 5, correct: 4, accuracy: 0.8 });
    expect(report.systems.oracle!.female).toMatchObject({ n: 3, correct: 2 });
    expect(report.systems.hard!.male).toMatchObject({ n: 2, correct: 1, accuracy: 0.5, uar: 0.5 });
    const { clips, ...counts } = report.errors;
    expect(counts).toEqual({ male: { n: 2, wrong: 1 }, female: { n: 3, wrong: 1 }, combined: { n: 5, wrong: 2 } });
    expect(clips.map(({ id }) => id)).toEqual(['c1', 'c3']);
    expect(clips[0].probability).toBeCloseTo(0.6, 12);
    expect(clips[0].predicted).toEqual({ oracle: 'sad', hard: 'calm', soft: 'sad', pooled: 'calm' });
    const pair = report.comparisons.find(({ first, second }) => first === 'oracle' && second === 'hard')!;
    expect(pair).toMatchObject({ onlyFirst: 1, onlySecond: 1, p: 1, accuracy: { difference: 0 } });
    expect(report.comparisons.map(({ first, second }) => `${first} ${second}`)).toEqual([
      'oracle hard',
      'oracle soft',
      'hard soft',
      'oracle pooled',
      'hard pooled',
      'soft pooled',
    ]);
  });

  test('in words', () => {
    const text = routingMarkdown(report);
    expect(text).toContain('Out of fold.');
    expect(text).toContain('puts 2 of 5 clips on the wrong side: 1 of 2 clips of men and 1 of 3 of women');
    expect(text).toContain("hard routing loses 1 that the true gender's model has right and gains 1");
    expect(text).toContain('| c1 | 1 (male) | 0.600 | sad | **sad** | calm | **sad** | calm |');
    expect(text).toMatch(/\| oracle \| hard \| 1 \| 1 \| 1\.0 \| −0\.083 \[.*\] \| \+0\.000 \[/);
    expect(describeRouting(report)).toMatch(
      /oracle 4 right .*hard 4 right .*2 of 5 voices.*clips lost by that: 1, gained: 1/,
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
    const { male } = input().answers;
    const rows = ['1', '2', '3'].flatMap((speaker) =>
      male.rows.slice(0, 2).map((row) => ({ ...row, id: `${speaker}${row.id}`, speaker })),
    );
    const good = { labels, rows: rows.map((row) => ({ ...row, predicted: row.label })) };
    const half = { labels, rows: good.rows.map((row, i) => (i % 2 ? { ...row, predicted: 'calm' } : row)) };
    expect(pairedBootstrap(good, half, accuracy)).toEqual({ low: -0.5, high: -0.5 });
    expect(pairedBootstrap(half, good, accuracy)).toEqual({ low: 0.5, high: 0.5 });
    expect(pairedBootstrap(good, good, accuracy)).toEqual({ low: 0, high: 0 });
    expect(() => pairedBootstrap(good, { labels, rows: half.rows.slice(1) }, accuracy)).toThrow(
      /differ in their clips from row 1/,
    );
  });

  test('two speakers who differ in opposite ways leave the difference open', () => {
    const rows = ['1', '2'].map((speaker) => ({
      ...input().answers.male.rows[0],
      id: speaker,
      speaker,
      label: 'calm',
    }));
    const only = (speaker: string) => ({
      labels,
      rows: rows.map((row) => ({ ...row, predicted: row.speaker === speaker ? 'calm' : 'sad' })),
    });
    expect(pairedBootstrap(only('1'), only('2'), accuracy)).toEqual({ low: -1, high: 1 });
  });
});
