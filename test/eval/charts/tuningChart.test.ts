import { expect, test } from 'vitest';
import { renderSvg } from '../../../src/eval/charts/render.ts';
import { type TuningChartData, tuningChart } from '../../../src/eval/charts/tuningChart.ts';

const trial = (number: number, uar: number, share: number, values: object) => ({ trial: number, uar, share, values: { ...values } }); // prettier-ignore
const data: TuningChartData = {
  ...{ title: 'Options', subtitle: 'of a test' },
  options: {
    'svm.C': { low: 0.3, high: 30, scale: 'log' },
    gamma: { low: 0, high: 1, scale: 'linear' },
    dilations: { choices: [[1, 2], [1, 2, 4]] },
  },
  folds: ['fold 1', 'fold 2'].map((name) => ({
    name,
    trials: [
      trial(3, 0.5, 1, { 'svm.C': 20, gamma: 0.5, dilations: [1, 2] }),
      trial(1, 0.4, 1, { 'svm.C': 3, gamma: 'scale', dilations: [1, 2, 4] }),
      trial(2, 0.3, 1 / 3, { 'svm.C': 1, gamma: 0.2, dilations: [1, 2] }),
    ],
  })),
}; // prettier-ignore

test('the best so far is of trials with the full budget, in their order; a word is not on an axis of numbers', () => {
  const { concat } = tuningChart(data) as unknown as { concat: { data: { values: object[] } }[] };
  const [best, c, gamma, dilations] = concat.map((panel) => panel.data.values);
  expect(best.slice(0, 2)).toEqual([{ fold: 'fold 1', trial: 1, uar: 0.4 }, { fold: 'fold 1', trial: 3, uar: 0.5 }]); // prettier-ignore
  expect([best, c, gamma, dilations].map(({ length }) => length)).toEqual([4, 6, 4, 6]);
});

test('choices keep their order, numbers too', async () => {
  const svg = await renderSvg(
    tuningChart({
      ...{ title: 'Options', subtitle: 'of a test', options: { depth: { choices: [2, 4, 10] } } },
      folds: [{ name: 'fold 1', trials: [10, 2, 4].map((depth, i) => trial(i + 1, 0.4 + i / 10, 1, { depth })) }],
    }),
  );
  expect([...svg.matchAll(/>(2|4|10)<\/text>/g)].slice(-3).map(([, text]) => text)).toEqual(['2', '4', '10']);
});

test('it is drawn, with a panel for each option', async () => {
  const svg = await renderSvg(tuningChart(data));
  for (const text of ['svm.C', 'gamma', 'dilations', '1/2/4', 'fold 2', '1/3 of the budget', 'trial (line: best so far)']) expect(svg).toContain(text); // prettier-ignore
});
