import { describe, expect, test } from 'vitest';
import { type ComparedSystem, compareReports } from '../../../src/eval/systems/compare.ts';
import { comparisonMarkdown, comparisonText, recallsOf } from '../../../src/eval/text/comparisonWords.ts';
import { COUNT_METRICS } from '../../../src/eval/metrics/metrics.ts';
import { classScores } from '../../../src/eval/metrics/classScores.ts';
import { macroF1 } from '../../../src/eval/metrics/macroF1.ts';
import { confusionMatrix } from '../../../src/eval/metrics/confusion.ts';

const LABELS = ['calm', 'sad'];
const TRUTH = [
  ['a1', 'a', 'calm'],
  ['a2', 'a', 'sad'],
  ['b1', 'b', 'calm'],
  ['b2', 'b', 'sad'],
  ['c1', 'c', 'calm'],
  ['c2', 'c', 'sad'],
] as const;

/** @param answers  one letter a clip: c(alm) or s(ad); a blank for a clip that is missing. One string a seed. */
function system(name: string, answers: string[], { protocol = 'loso', labels = LABELS } = {}): ComparedSystem {
  return {
    name,
    runs: answers.map((letters, i) => ({
      ...{ protocol, labels, seed: i + 1, folds: [] },
      rows: TRUTH.flatMap(([id, speaker, label], clip) => {
        if (letters[clip] === ' ') return [];
        const predicted = letters[clip] === 'c' ? 'calm' : 'sad';
        const probabilities = labels.map((one) => Number(one === predicted));
        return [{ id, speaker, gender: 'male' as const, label, predicted, probabilities }];
      }),
    })),
  };
}

describe('two systems on the same clips', () => {
  // Right: all but a2. Right: a1, b1, c1 in both seeds, a2 in the first, b2 in the second.
  const one = system('one', ['cccscs']);
  const other = system('other', ['cscccc', 'cccscc']);
  const result = compareReports(one, other, { resamples: 200 });

  test('figures by hand: means over the seeds, second minus first', () => {
    expect(result).toMatchObject({ clips: 6, speakers: 3 });
    const [first, second] = [result.first, result.second].map(({ scores }) => scores.figures);
    expect(first.accuracy.mean).toBeCloseTo(5 / 6, 12);
    expect(second.accuracy.mean).toBeCloseTo(4 / 6, 12);
    expect(result.differences.accuracy.value).toBeCloseTo(-1 / 6, 12);
    expect(first.uar.mean).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(second.uar.mean).toBeCloseTo((1 + 1 / 3) / 2, 12);
    // calm: 2·3/(3+4), sad: 2·2/(3+2); calm: 2·3/(3+5), sad: 2·1/(3+1)
    expect(first.macroF1.mean).toBeCloseTo((6 / 7 + 4 / 5) / 2, 12);
    expect(second.macroF1.mean).toBeCloseTo((3 / 4 + 1 / 2) / 2, 12);
    expect(recallsOf(result)).toEqual([
      { label: 'calm', clips: 3, first: 1, second: 1 },
      { label: 'sad', clips: 3, first: 2 / 3, second: 1 / 3 },
    ]);
    // With the first seed: only the first has b2 and c2, only the second a2. Two-sided binomial, 1 of 3: p = 1.
    expect(result.mcnemar).toEqual({ onlyFirst: 2, onlySecond: 1, p: 1 });
  });

  test('the intervals hold their figures; a system against itself differs by nothing at all', () => {
    for (const { name } of COUNT_METRICS) {
      const [first, second] = [result.first, result.second].map(({ scores }) => scores.figures[name]);
      const { value, interval } = result.differences[name];
      for (const [figure, { low, high }] of [
        [first.mean, first.interval!],
        [second.mean, second.interval!],
        [value, interval!],
      ] as const) {
        // prettier-ignore
        expect(low, name).toBeLessThanOrEqual(figure);
        expect(high, name).toBeGreaterThanOrEqual(figure);
      }
    }
    const same = compareReports(other, other, { resamples: 200 });
    for (const { name } of COUNT_METRICS)
      expect(same.differences[name]).toEqual({ value: 0, interval: { low: 0, high: 0 } });
    expect(same.changed).toEqual({ value: 0, clips: 0, interval: { low: 0, high: 0 } });
    expect(same.mcnemar).toEqual({ onlyFirst: 0, onlySecond: 0, p: 1 });
  });

  test('the order of clips and labels is no difference', () => {
    const turned = system('other', ['cscccc', 'cccscc'], { labels: ['sad', 'calm'] });
    for (const run of turned.runs) run.rows.reverse();
    const { second, ...figures } = compareReports(one, turned, { resamples: 200 });
    expect({ ...figures, second }).toEqual(result);
  });

  test('in words: what is compared, on how many clips, with which seeds', () => {
    const words = comparisonText(result);
    expect(words).toContain('first: one; protocol loso, seed 1, 6 test clips');
    expect(words).toContain('second: other; protocol loso, seeds 1, 2, 6 test clips');
    expect(words).toContain('compared on 6 clips of 3 speakers: all');
    expect(words).toMatch(/UAR +0\.833 \[.*\] +0\.667 ± 0\.000 \[.*\] +−0\.167 \[/);
    expect(words).toMatch(/sad +3 +0\.667 +0\.333 +−0\.333/);
    expect(words).toContain('with the first seed of each: 2 right in the first only, 1 in the second only, p = 1.0.');
    expect(comparisonMarkdown(result, 'ser compare')).toContain('| sad | 3 | 0.667 | 0.333 | −0.333 |');
  });
});

describe('what cannot be compared', () => {
  const all = system('all', ['cscscs']);
  const some = system('some', ['  cscs']);

  test('other clips: refused with their numbers; with `common` those of both', () => {
    expect(() => compareReports(all, some)).toThrow(
      /4 clips are in both; 2 are in all only, 0 in some only\. Give --common/,
    );
    const result = compareReports(all, some, { common: true, resamples: 20 });
    expect(result).toMatchObject({ clips: 4, speakers: 2, first: { clips: 6 }, second: { clips: 4 } });
    expect(comparisonText(result)).toContain('compared on 4 clips of 2 speakers: those that both have');
    expect(() => compareReports(system('x', ['cs    ']), some, { common: true })).toThrow(/no clip in common/);
  });

  test('other protocols: refused; with `common` the words say so', () => {
    const other = system('other', ['cscscs'], { protocol: 'reference' });
    expect(() => compareReports(all, other)).toThrow(/all was tested under loso, other under reference/);
    expect(comparisonText(compareReports(all, other, { common: true, resamples: 20 }))).toMatch(/The protocols differ/);
  });

  test('other labels, or a clip of another emotion or speaker', () => {
    expect(() => compareReports(all, system('three', ['cscscs'], { labels: [...LABELS, 'angry'] }))).toThrow(
      /three has calm, sad, angry/,
    );
    for (const [what, value] of [
      ['label', 'calm'],
      ['speaker', '07'],
    ] as const) {
      const other = system('other', ['cscscs']);
      other.runs[0].rows[1][what] = value;
      expect(() => compareReports(all, other)).toThrow(
        new RegExp(`the clip a2 has the ${what} .* but ${value} in other`),
      );
    }
  });
});

test('macro-F1 from counts is that of classScores: 1 if all is right, 0 if all is wrong, an absent class counts as 0', () => {
  const [truth, predicted, labels] = [['a', 'b', 'b', 'c'], ['a', 'b', 'c', 'a'], ['a', 'b', 'c', 'd']]; // prettier-ignore
  expect(macroF1(confusionMatrix(truth, predicted, labels))).toBeCloseTo(classScores(truth, predicted, labels).macro.f1, 12); // prettier-ignore
  expect(macroF1([[2, 0], [0, 3]])).toBe(1); // prettier-ignore
  expect(macroF1([[0, 2], [3, 0]])).toBe(0); // prettier-ignore
  expect(macroF1([[2, 0], [0, 0]])).toBe(0.5); // prettier-ignore
  expect(macroF1([])).toBeNaN();
});
