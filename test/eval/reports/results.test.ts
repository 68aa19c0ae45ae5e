import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { describe, expect, test, vi } from 'vitest';
import { METRICS } from '../../../src/eval/metrics/metrics.ts';
import { wholeOf } from '../../../src/eval/systems/scores.ts';
import type { ModelPredictions } from '../../../src/eval/systems/modelPredictions.ts';
import { makeReport } from '../../../src/eval/reports/report.ts';
import { markersOf } from '../../../src/eval/text/markdown.ts';
import { renderSvg } from '../../../src/eval/charts/render.ts';
import { resultsChart } from '../../../src/eval/charts/resultsChart.ts';
import {
  type KeptReport,
  readKeptReports,
  type Result,
  resultsMarkdown,
  resultsOf,
  resultsSummary,
} from '../../../src/eval/reports/results.ts';
import { sample } from '../samplePredictions.ts';

vi.setConfig({ testTimeout: 240_000 });

const KEPT = 'docs/predictions';

test('figures of every part, with what they come from', () => {
  const rows = sample.rows.map((row) => ({ ...row, fold: 'fold 1', temperature: 1 }));
  const predictions = [1, 2].map((seed): ModelPredictions => ({
    ...sample,
    model: 'pooled',
    seed,
    rows,
    validation: [],
  }));
  const kept: KeptReport = {
    trained: {
      model: 'pooled',
      classifier: 'svm',
      features: 'librosa186',
      with: 'song',
      augmented: false,
      adapted: null,
      otherGender: 0,
    },
    command: 'ser eval …',
    report: makeReport({
      ...{ kind: 'cross-validation', predictions, description: '', notes: [], options: { resamples: 50 } },
      overlap: {
        speakers: { test: 6, shared: 0 },
        sentences: { test: 1, shared: 1 },
        recordings: { test: 60, shared: 0 },
      },
    }).report,
  };
  const results = resultsOf([kept]);
  expect(results.map(({ part, metric }) => `${part} ${metric}`)).toEqual(
    ['male', 'female', 'combined'].flatMap((part) => METRICS.map(({ name }) => `${part} ${name}`)),
  );
  const right = sample.rows.filter(({ label, predicted }) => label === predicted).length;
  expect(results.find(({ part, metric }) => part === 'combined' && metric === 'accuracy')).toMatchObject({
    ...{
      protocol: sample.protocol,
      model: 'pooled',
      classifier: 'svm',
      with: 'song',
      system: 'pooled',
      mean: right / 60,
      sd: 0,
    },
    ...{ seeds: [1, 2], n: 60, command: 'ser eval …' },
  });
  const markdown = resultsMarkdown([kept]);
  expect(markdown).toContain(`| \`${sample.protocol}\` | svm, song | \`pooled\` | 60 of 6 speakers | 2 |`);
  expect(markdown).toContain('```sh\nser eval …\n```');
  expect(resultsMarkdown([{ ...kept, trained: { ...kept.trained, tuned: true } }])).toContain('| svm, song, tuned |');
  const known = { ...kept.trained, knownSpeakers: true } as const;
  expect(resultsMarkdown([{ ...kept, trained: known }])).toContain('| svm, song, speakers recognised |');
});

describe('what the project says of itself', () => {
  const reports = readKeptReports(KEPT);

  test('docs/results.json is what the kept predictions give', () => {
    const written = JSON.parse(readFileSync('docs/results.json', 'utf8')) as Result[];
    const made = resultsOf(reports);
    expect(made.length).toBeGreaterThan(0);
    expect(written).toEqual(made);
  });

  test.each([
    ['docs/results.md', resultsMarkdown],
    ['README.md', resultsSummary],
  ])('so is the table in %s', async (path, tables) => {
    const page = readFileSync(path, 'utf8');
    const [start, end] = markersOf('results').map((marker) => page.indexOf(marker));
    const config = { ...(await resolveConfig(path)), filepath: path };
    const made = await format(tables(reports), config);
    expect(page.slice(start, end).split('\n').slice(1).join('\n').trim()).toBe(made.trim());
  });

  test('the short table has the reference system and the best models of each protocol, never those that know a test speaker’s other clips', () => {
    const rows = resultsSummary(reports).split('\n').slice(2).map((line) => line.split('|').map((cell) => cell.trim())); // prettier-ignore
    expect(new Set(rows.map(([, protocol]) => protocol))).toEqual(
      new Set(reports.map(({ report }) => `\`${report.protocol}\``)),
    );
    const ofLuna = rows.filter(([, protocol]) => protocol === '`luna-5fold`');
    expect(ofLuna.map(([, , voices]) => voices)).toEqual(['new speakers', 'new speakers']);
    expect(ofLuna[0][3]).toBe('reference system');
    const uars = reports
      .filter(({ report, trained }) => report.protocol === 'luna-5fold' && trained.adapted === null)
      .flatMap(({ report }) => report.systems.filter(({ name }) => ['hard', 'pooled'].includes(name)))
      .map((system) => wholeOf(system).figures.uar.mean);
    expect(ofLuna[1][4]).toMatch(new RegExp(`^${Math.max(...uars).toFixed(3)}`));
    expect(rows.map((cells) => cells.join()).join()).not.toContain('adapted');
  });

  test('every command names the protocol, the model, the seeds, and what else is not the default', () => {
    for (const { command, trained, report } of reports) {
      const { protocol, seeds } = report;
      const { model, classifier, features, with: channel, augmented, otherGender, also = [] } = trained;
      const words = [
        `npm run -s ser -- eval --protocol ${protocol} --model ${model} `,
        ` --seeds ${seeds.length}`,
        // A recipe that may change is spelt out: none but that of the reference is named.
        command.includes(' --classifier ') ? `--classifier ${classifier}` : ' --models reference',
        features !== 'librosa186' && `--features ${features}`,
        channel && `--with ${channel}`,
        augmented !== (classifier === 'cnn') && (augmented ? '--augmentation' : '--no-augmentation'),
        otherGender > 0 && `--other-gender-weight ${otherGender}`,
      ];
      for (const word of words.filter(Boolean)) expect(command).toContain(word);
      for (const corpus of also) expect(command).toMatch(new RegExp(`--also[= ]${corpus} `));
      expect(seeds).toEqual(seeds.map((_, i) => i + 1));
    }
  });

  test('the chart has a row for each cross-validation, its interval, and what others report under the same protocol', async () => {
    const svg = await renderSvg(
      resultsChart(reports.filter(({ report }) => report.protocol === 'luna-5fold').slice(0, 1)),
    );
    for (const text of ['luna-5fold, pair', 'new speakers', '1440 clips, 3 seeds', '0.461', 'published']) {
      expect(svg).toContain(text);
    }
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(4);
  });
});
