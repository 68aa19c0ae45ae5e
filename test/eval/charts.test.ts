import { createCanvas, loadImage } from '@napi-rs/canvas';
import { Resvg } from '@resvg/resvg-js';
import { compile } from 'vega-lite';
import { expect, test } from 'vitest';
import type { ChartSpec } from '../../src/eval/charts/chartTheme.ts';
import { classScoresChart } from '../../src/eval/charts/classScoresChart.ts';
import { confusionChart } from '../../src/eval/charts/confusionChart.ts';
import { rescale } from '../../src/data/temperature.ts';
import { calibration } from '../../src/eval/metrics/calibration.ts';
import { reliabilityChart } from '../../src/eval/charts/reliabilityChart.ts';
import { renderPng, renderSvg } from '../../src/eval/charts/render.ts';
import { riskCoverageChart } from '../../src/eval/charts/riskCoverageChart.ts';
import { abstention, aurc, riskCoverage } from '../../src/eval/statistics/selective.ts';
import { type TrainingEpoch } from '../../src/eval/systems/trainingEpoch.ts';
import { trainingChart } from '../../src/eval/charts/trainingChart.ts';
import { sample } from './samplePredictions.ts';

const labels = ['calm', 'happy <&> "glad"', 'sad'];
const text = { title: 'Male voices & more', subtitle: 'protocol reference, 163 test clips' };
const confusion = [[41, 7, 0], [13, 102, 0], [0, 0, 0]]; // prettier-ignore
const scores = [
  { precision: 0.759, recall: 0.854, f1: 0.804, support: 48 },
  { precision: 1, recall: 0.887, f1: 0.911, support: 115 },
  { precision: 0, recall: 0, f1: 0, support: 0 },
];
const epochs: TrainingEpoch[] = [1, 2, 3, 4].map((epoch) => ({
  ...{ epoch, learningRate: epoch < 4 ? 5e-4 : 2.5e-4, loss: 2 / epoch, accuracy: 1 - 1 / (epoch + 1) },
  ...{ validationLoss: 2.4 / epoch, validationAccuracy: 0.5 },
}));
const runs = [
  { name: 'male', epochs },
  { name: 'female', epochs },
];

const sharper = { ...sample, rows: sample.rows.map((row) => ({ ...row, probabilities: rescale(row.probabilities, 0.4) })) }; // prettier-ignore
const panels = [
  { name: 'raw', ...calibration(sharper) },
  { name: "after: 'calibrated'", ...calibration(sample) },
];
const curve = riskCoverage(sample);
const systems = [
  { name: 'pooled', curve, chosen: abstention(sample, 0.2) },
  { name: 'strict', curve, chosen: null },
  { name: 'silent', curve, chosen: { ...curve[0], threshold: 1, answered: 0, coverage: 0, errors: 0, error: NaN } },
  { name: 'plain', curve },
];

const charts: [string, ChartSpec][] = [
  ['counts', confusionChart({ labels, confusion, ...text })],
  ['shares', confusionChart({ labels, confusion, normalised: true, ...text })],
  ['classes', classScoresChart({ labels, scores, ...text })],
  ['one training', trainingChart({ runs: runs.slice(0, 1), ...text })],
  ['two trainings', trainingChart({ runs, ...text })],
  ['reliability', reliabilityChart({ panels, ...text })],
  ['risk and coverage', riskCoverageChart({ systems, maxError: 0.2, ...text })],
  ['one system', riskCoverageChart({ systems: systems.slice(-1), ...text })],
];

/** What a reader sees: the text of all text elements. */
function textsOf(svg: string): string[] {
  const plain = (markup: string): string =>
    markup.replaceAll(/<[^>]*>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&'); // prettier-ignore
  return [...svg.matchAll(/<(?:tspan|text)[^>]*>([^<]+)</g)].map((match) => plain(match[1]));
}

test.each(charts)('%s: an SVG that another program reads, with title and protocol', async (_, spec) => {
  const svg = await renderSvg(spec);
  expect(() => new Resvg(svg)).not.toThrow(); // its parser refuses XML that is not well-formed
  expect(textsOf(svg)).toEqual(expect.arrayContaining([text.title, text.subtitle]));
  expect(svg).not.toMatch(/NaN|undefined|null/);
});

test.each(charts)('%s: Vega-Lite has nothing to warn of', (_, spec) => {
  const warnings: unknown[] = [];
  const logger = {
    level: () => logger,
    warn: (...args: unknown[]) => (warnings.push(args), logger),
    error: (...args: unknown[]) => (warnings.push(args), logger),
    info: () => logger,
    debug: () => logger,
  };
  compile(spec, { logger: logger as unknown as NonNullable<Parameters<typeof compile>[1]>['logger'] });
  expect(warnings).toEqual([]);
});

test('the confusion matrix shows every label and count, and dashes where there are no clips', async () => {
  const texts = textsOf(await renderSvg(confusionChart({ labels, confusion, ...text })));
  expect(texts).toEqual(expect.arrayContaining(labels));
  expect(texts).toEqual(expect.arrayContaining(['calm (48)', 'happy <&> "glad" (115)', 'sad (0)']));
  expect(texts.filter((one) => /^(\d+|–)$/.test(one)).sort()).toEqual(['0', '0', '102', '13', '41', '7', '–', '–', '–']); // prettier-ignore
});

test('normalised it shows the per cent of every true label', async () => {
  const texts = textsOf(await renderSvg(confusionChart({ labels, confusion, normalised: true, ...text })));
  expect(texts.filter((one) => /^(\d+%|–)$/.test(one)).sort()).toEqual(['0%', '0%', '11%', '15%', '85%', '89%', '–', '–', '–']); // prettier-ignore
});

test('the bars show every label with its clips, and every figure', async () => {
  const texts = textsOf(await renderSvg(classScoresChart({ labels, scores, ...text })));
  expect(texts).toEqual(expect.arrayContaining([...labels, 'n = 48', 'n = 115', 'no clips', 'precision', 'recall', 'F1'])); // prettier-ignore
  expect(texts).toEqual(expect.arrayContaining(['.76', '.85', '.80', '1.00', '.89', '.91', '–']));
});

test('the curves of a run hold every epoch; a column a run; without validation no such curve', () => {
  const rows = (spec: ChartSpec) => (spec as unknown as { data: { values: Record<string, unknown>[] } }).data.values;
  const values = rows(trainingChart({ runs, ...text }));
  expect(values).toContainEqual({ run: 'female', epoch: 4, metric: 'learning rate', series: 'training', value: 2.5e-4 }); // prettier-ignore
  expect(values).toContainEqual({ run: 'male', epoch: 2, metric: 'loss', series: 'validation', value: 1.2 });
  expect(values.filter((value) => value.metric === 'accuracy')).toHaveLength(2 * 4 * 2);
  const without = epochs.map(({ epoch, learningRate, loss, accuracy }) => ({ epoch, learningRate, loss, accuracy }));
  const bare = trainingChart({ runs: [{ name: 'male', epochs: without }], ...text });
  expect(rows(bare).filter((value) => value.series === 'validation')).toEqual([]);
});

test('a reliability chart has a column each with its ECE, and the clips of every bin that has any', async () => {
  const texts = textsOf(await renderSvg(reliabilityChart({ panels, ...text })));
  expect(texts).toEqual(expect.arrayContaining(['raw: ECE 0.195', "after: 'calibrated': ECE 0.127"]));
  const counts = panels.flatMap(({ bins }) => bins.map(({ count }) => count)).filter((count) => count > 0);
  expect(texts.filter((one) => /^\d+$/.test(one)).sort()).toEqual(counts.map(String).sort());
});

test('a risk–coverage chart writes out what each threshold does, or that none reaches the error', async () => {
  const texts = textsOf(await renderSvg(riskCoverageChart({ systems, maxError: 0.2, ...text })));
  const area = `AURC ${aurc(curve).toFixed(3)}`;
  expect(texts).toEqual(
    expect.arrayContaining([
      `pooled: ${area}; ◆ from confidence 0.556 it answers 71.7 %, 16.3 % of these wrongly`,
      `strict: ${area}; no threshold reaches the chosen error`,
      `silent: ${area}; ◆ from confidence 1.000 it answers 0.0 %`,
      `plain: ${area}`,
      '20.0 %',
    ]),
  );
});

test('the curve begins where it rests on ten clips, and ends with all', () => {
  const { values } = (riskCoverageChart({ systems: systems.slice(0, 1), ...text }) as { data: { values: { answered: number }[] } }).data; // prettier-ignore
  expect(Math.min(...values.map(({ answered }) => answered))).toBeGreaterThanOrEqual(10);
  expect(values.at(-1)).toMatchObject({ answered: 60, errors: 17, coverage: 1 });
});

test('a specification is plain data: it survives JSON', () => {
  for (const [, spec] of charts) expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
});

test('labels are laid out by their true widths: a wide one moves the plot by as much', async () => {
  const widthOf = async (label: string): Promise<number> => {
    const svg = await renderSvg(confusionChart({ labels: [label, 'b'], confusion: [[1, 0], [0, 1]], title: '', subtitle: '' })); // prettier-ignore
    return Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)![1]);
  };
  const context = createCanvas(1, 1).getContext('2d');
  context.font = '12px "DejaVu Sans"';
  const [wide, narrow] = ['WWWWWWWWWWWW', 'iiiiiiiiiiii'];
  const difference = context.measureText(wide).width - context.measureText(narrow).width;
  // Both count: as the label of a row, and slanted by 35° below the first column, where it may stick out no further.
  expect(Math.abs((await widthOf(wide)) - (await widthOf(narrow)) - difference)).toBeLessThan(3);
});

test('a PNG has the SVG’s size times the scale, a white corner and ink', async () => {
  const [, spec] = charts[0];
  const svg = await renderSvg(spec);
  const [width, height] = ['width', 'height'].map((name) => Number(new RegExp(`<svg[^>]* ${name}="([\\d.]+)"`).exec(svg)![1])); // prettier-ignore
  for (const scale of [1, 2]) {
    const image = await loadImage(Buffer.from(await renderPng(svg, { scale })));
    expect(Math.abs(image.width - scale * width)).toBeLessThanOrEqual(1);
    expect(Math.abs(image.height - scale * height)).toBeLessThanOrEqual(1);
    const context = createCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    expect([...data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
    const dark = data.filter((value, i) => i % 4 === 0 && value < 80).length;
    expect(dark).toBeGreaterThan(1000);
  }
  expect(await renderPng(spec)).toEqual(await renderPng(svg));
});

test('text is drawn: a PNG without the labels differs', async () => {
  const draw = (title: string) => renderPng(confusionChart({ labels, confusion, title, subtitle: '' }), { scale: 1 });
  expect(await draw('one')).not.toEqual(await draw('two'));
});

test('what is no chart is refused in words', async () => {
  await expect(renderSvg({ data: { values: [] } } as unknown as ChartSpec)).rejects.toThrow(
    /the chart cannot be drawn/,
  );
  await expect(renderPng('<svg')).rejects.toThrow(/the SVG cannot be drawn/);
});
