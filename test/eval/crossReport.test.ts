import { describe, expect, test } from 'vitest';
import { type Answer, type Answers, answersToCsv, isAnswersCsv, parseAnswersCsv } from '../../src/eval/answers.ts';
import { crossMarkdown } from '../../src/eval/crossMarkdown.ts';
import { crossReport } from '../../src/eval/crossReport.ts';

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

function sheets(temperature = 1): Answers[] {
  return [1, 2].flatMap((seed) =>
    ['male', 'female', 'pooled'].map((model, m) => ({
      ...{ protocol: 'luna-5fold', labels: LABELS, model, seed },
      validation: [] as Answer[],
      rows: CLIPS.map((clip) => {
        const [id, speaker, gender, label] = clip;
        const calm = clip[seed === 1 ? 5 : 6][m];
        const probabilities = [calm, 1 - calm];
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

describe('figures of a cross-validation', () => {
  const report = crossReport(sheets(), maleProbability, { resamples: 200 });
  const systemOf = (name: string) => report.systems.find(({ system }) => system === name)!;

  test('every system, by hand: the mean over the seeds, its spread, the recalls, the gap', () => {
    expect(report.systems.map(({ system }) => system)).toEqual(['oracle', 'hard', 'soft', 'swapped', 'pooled']);
    // Seed 1, men: a1 right, a2 right, b1 right, b2 wrong; women both right. Seed 2: a2 wrong, b2 right.
    const { parts, gap, confusion } = systemOf('oracle');
    expect(parts.male!.accuracy.values).toEqual([0.75, 0.75]);
    expect(parts.male!.uar.values).toEqual([(0.5 + 1) / 2, (1 + 0.5) / 2]);
    expect(parts.female!.uar).toMatchObject({ values: [1, 1], mean: 1, sd: 0 });
    expect(parts.combined!.accuracy.mean).toBeCloseTo(5 / 6, 12);
    expect(parts.combined!.recalls).toEqual([
      { label: 'calm', clips: 3, recall: (2 / 3 + 1) / 2 },
      { label: 'sad', clips: 3, recall: (1 + 2 / 3) / 2 },
    ]);
    expect(gap!.mean).toBeCloseTo(1 - 0.75, 12);
    expect(confusion).toEqual([
      [5, 1],
      [1, 5],
    ]);
    // b1 goes to the female model, which is wrong.
    expect(systemOf('hard').parts.combined!.accuracy.values).toEqual([4 / 6, 4 / 6]);
    // Of the other gender's model: men all wrong; women both wrong.
    expect(systemOf('swapped').parts.combined!.accuracy.values).toEqual([0, 0]);
    // Seed 1: a1 right, a2 wrong, the others right; seed 2: a1 wrong, a2 right.
    expect(systemOf('pooled').parts.combined!.accuracy).toMatchObject({ values: [5 / 6, 5 / 6], sd: 0 });
  });

  test('intervals enclose the mean; every two systems are compared on the same clips', () => {
    const { uar } = systemOf('oracle').parts.combined!;
    expect(uar.interval!.low).toBeLessThanOrEqual(uar.mean);
    expect(uar.interval!.high).toBeGreaterThanOrEqual(uar.mean);
    const pair = report.comparisons.find(({ first, second }) => first === 'oracle' && second === 'hard')!;
    expect(pair.accuracy.difference).toBeCloseTo(-1 / 6, 12);
    expect(pair.mcnemar).toMatchObject({ onlyFirst: 1, onlySecond: 0, seed: 1 });
    expect(report.comparisons).toHaveLength(10);
  });

  test('without posteriors of the gender nothing is routed by it', () => {
    expect(crossReport(sheets()).systems.map(({ system }) => system)).toEqual(['oracle', 'swapped', 'pooled']);
  });

  test('before calibration the temperature is taken back', () => {
    const [{ calibration }] = crossReport(sheets(2)).systems;
    expect(calibration.before.nll).not.toBeCloseTo(calibration.after.nll, 3);
    const raw = CLIPS.flatMap((clip) =>
      [clip[5], clip[6]].map((by) => {
        const calm = by[clip[2] === 'male' ? 0 : 1];
        const [a, b] = [calm ** 2, (1 - calm) ** 2];
        return -Math.log((clip[3] === 'calm' ? a : b) / (a + b));
      }),
    );
    expect(calibration.before.nll).toBeCloseTo(raw.reduce((x, y) => x + y) / raw.length, 12);
  });

  test('in words, with published figures beside them', () => {
    const overlap = {
      speakers: { test: 4, shared: 0 },
      sentences: { test: 2, shared: 2 },
      recordings: { test: 6, shared: 0 },
    };
    const text = crossMarkdown(report, { description: 'A test.', overlap, notes: [] }, [], 'ser eval');
    expect(text).toContain('6 test clips of 4 speakers');
    expect(text).toMatch(/\| `oracle` \| .* \| 0\.833 ± 0\.000 \[/);
    expect(text).toContain('67.0 %: human raters');
    expect(text).toContain('| `oracle` | `hard` | −0.167');
  });
});

describe('the table of answers', () => {
  test('is read back as it was written, to five digits', () => {
    const text = answersToCsv(sheets(1.5));
    expect(isAnswersCsv(text)).toBe(true);
    expect(parseAnswersCsv(text, 'luna-5fold')).toEqual(sheets(1.5).map((sheet) => ({
      ...sheet,
      rows: sheet.rows.map((row) => ({ ...row, probabilities: row.probabilities.map((p) => Number(p.toPrecision(5))) })),
    }))); // prettier-ignore
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
    expect(() => parseAnswersCsv(answersToCsv(sheets(1.5)).replace(from, to), 'p')).toThrow(message);
  });
});
