import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CellOutput,
  executeNotebook,
  hasJupyter,
  isWhole,
  type Notebook,
  notebookPath,
  NOTEBOOKS,
  notebookText,
} from '../../scripts/jupyter.ts';
import { GENDERS } from '../../src/data/clip.ts';
import type { Report } from '../../src/eval/reports/report.ts';
import { runSer } from '../runSer.ts';

const MINUTES = 60_000;
const hasNbconvert = hasJupyter('nbconvert');
const without = hasNbconvert ? '' : ' (skipped: jupyter nbconvert is not on this machine)';

const folder = mkdtempSync(join(tmpdir(), 'ser-notebooks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const committed = (name: string): Notebook => JSON.parse(readFileSync(notebookPath(name), 'utf8')) as Notebook;
const outputsOf = (notebook: Notebook): CellOutput[] => notebook.cells.flatMap((cell) => cell.outputs ?? []);
const textOf = ({ data, text }: CellOutput): string => [data?.['text/plain'] ?? text ?? ''].flat().join('');

/** What the cell of that id wrote or showed, as text. */
function said(notebook: Notebook, id: string): string {
  const cell = notebook.cells.find((one) => one.id === id);
  expect(cell, `cell ${id}`).toBeDefined();
  return cell!.outputs!.map(textOf).join('\n');
}

/** The rows of a table that a cell shows, by their first column; columns are parted by two or more blanks. */
function tableOf(notebook: Notebook, id: string): Record<string, string[]> {
  const [, ...lines] = said(notebook, id).split('\n');
  return Object.fromEntries(lines.map((line) => line.trim().split(/\s{2,}/)).map(([name, ...cells]) => [name, cells]));
}

/** What `ser eval` says of the same models. */
async function evaluated(who: string, ...more: string[]): Promise<Report> {
  const { code, stdout, stderr } = await runSer([
    'eval',
    who,
    '--json',
    '--no-card',
    '--out',
    join(folder, who),
    ...more,
  ]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Report;
}

const three = (value: number): string => value.toFixed(3);

describe.each(NOTEBOOKS)('notebooks/%s.ipynb as committed', (name) => {
  const notebook = committed(name);
  const outputs = outputsOf(notebook);

  test('has the outputs of one whole run, without an error', () => {
    const counts = notebook.cells.filter((cell) => cell.cell_type === 'code').map((cell) => cell.execution_count);
    expect(counts).toEqual(counts.map((_, i) => i + 1));
    expect(outputs.map((output) => output.output_type)).not.toContain('error');
    expect(notebookText(notebook)).toBe(readFileSync(notebookPath(name), 'utf8'));
  });

  test('has charts that show without scripts', () => {
    const charts = outputs.filter(({ data }) => data?.['application/vnd.vegalite.v5+json']);
    expect(charts.length).toBeGreaterThanOrEqual(2);
    for (const { data } of charts) expect(String(data!['image/png'])).toMatch(/^iVBORw0KGgo/);
  });

  test('says nothing of the machine or the time', () => {
    const texts = outputs.map(textOf).join('\n') + JSON.stringify(notebook.metadata);
    expect(texts).not.toMatch(/\/(home|root|tmp|work|Users|mnt)\/|[A-Z]:\\|\b20\d\d-\d\d-\d\d\b/);
    for (const cell of notebook.cells) expect(cell.metadata).not.toHaveProperty('execution');
  });

  test('holds no audio but the demo clip', () => {
    const players = outputs.filter(({ data }) => String(data?.['text/html']).includes('<audio'));
    expect(players.map(textOf)).toEqual(name === 'explore' ? ['[female-excited.wav, 1.4 s of audio]'] : []);
  });
});

test('a cell whose output was lost on the way is told', () => {
  const output = (output_type: CellOutput['output_type']): CellOutput => ({ output_type });
  const [stream, display] = [output('stream'), output('display_data')];
  const both = ['const two = 2;\n', 'console.log(two);\n', 'await showTable([{ two }]);'];
  expect(isWhole({ source: both, outputs: [stream, display] })).toBe(true);
  expect(isWhole({ source: both, outputs: [display] })).toBe(false);
  expect(isWhole({ source: both, outputs: [stream] })).toBe(false);
  expect(isWhole({ source: ['const chart = await liveChart(data);'], outputs: [] })).toBe(false);
  // Whether it shows depends on what is there.
  expect(isWhole({ source: ['if (root) {\n', '  await play(signal);\n', '}'], outputs: [] })).toBe(true);
});

describe.skipIf(!hasNbconvert)(`notebooks that are run again${without}`, () => {
  const again = async (name: string, env = {}): Promise<Notebook> => executeNotebook(notebookPath(name), env);

  describe.each(GENDERS)('%s', (gender) => {
    const old = committed(gender);
    let notebook: Notebook;
    beforeAll(async () => void (notebook = await again(gender)), 15 * MINUTES);

    test('shows the same clips, split and shipped model', () => {
      for (const id of ['counts', 'speakers', 'describe', 'protocol'])
        expect(said(notebook, id), id).toBe(said(old, id));
      expect(tableOf(notebook, 'figures').shipped).toEqual(tableOf(old, 'figures').shipped);
    });

    test('trains a model that the command line gives the same figures', async () => {
      const report = await evaluated(gender, '--models', 'reports/notebooks');
      const { n, correct, figures } = report.systems[0].parts[gender]!;
      const { mean: accuracy, interval } = figures.accuracy;
      const { low, high } = interval!;
      expect(tableOf(notebook, 'figures')['this notebook']).toEqual([
        ...[n, correct].map(String),
        ...[accuracy, low, high, figures.uar.mean].map(three),
      ]);
    });

    // Another processor adds in another order, and what it learns differs in its last bits and then in some clips.
    test('trains nearly the model of the committed run', () => {
      const [now, then] = [notebook, old].map((one) => tableOf(one, 'figures')['this notebook'].map(Number));
      expect(Math.abs(now[2] - then[2])).toBeLessThan(0.05);
      expect(now[2]).toBeGreaterThan(0.5);
    });
  });

  test('combined has the figures of the committed run and of the command line', { timeout: 15 * MINUTES }, async () => {
    const notebook = await again('combined');
    for (const id of ['predict', 'report', 'cross', 'route', 'errors', 'mcnemar', 'mistakes']) {
      expect(said(notebook, id), id).toBe(said(committed('combined'), id));
    }
    const report = await evaluated('combined', '--models', 'reference');
    const parts = [...GENDERS, 'combined'] as const;
    expect(tableOf(notebook, 'predict')).toEqual(
      Object.fromEntries(
        parts.map((part) => {
          const { n, speakers, correct, figures } = report.systems[0].parts[part]!;
          const { mean: accuracy, interval } = figures.accuracy;
          const { low, high } = interval!;
          return [part, [...[n, speakers, correct].map(String), ...[accuracy, low, high, figures.uar.mean].map(three)]];
        }),
      ),
    );
    const routed = report.systems
      .filter(({ name }) => name !== 'swapped')
      .map(({ name, parts }) => [
        name === 'oracle' ? 'true gender' : name,
        [parts.combined!.correct, parts.male!.correct, parts.female!.correct].map(String),
      ]);
    const shown = Object.entries(tableOf(notebook, 'route')).map(([name, cells]) => [name, cells.slice(0, 3)]);
    expect(shown).toEqual(routed);
  });

  test('explore has the figures of the committed run', { timeout: 15 * MINUTES }, async () => {
    const notebook = await again('explore');
    for (const id of ['load', 'blocks', 'values', 'figures']) {
      expect(said(notebook, id), id).toBe(said(committed('explore'), id));
    }
  });

  describe('on a machine without native TensorFlow', () => {
    let notebook: Notebook;
    beforeAll(async () => {
      const { SER_CORPORA } = process.env;
      notebook = await again('combined', { SER_ENGINE: 'wasm', ...(SER_CORPORA && { SER_CORPORA }) });
    }, 15 * MINUTES);

    test('combined counts the same clips right', () => {
      expect(tableOf(notebook, 'route')).toEqual(tableOf(committed('combined'), 'route'));
    });

    const noAudio = process.env.SER_CORPORA ? '' : ' (skipped: SER_CORPORA, a folder with ravdess/, is not set)';
    test.skipIf(noAudio)(`and plays clips where there is audio${noAudio}`, () => {
      const players = outputsOf(notebook).filter(({ data }) => String(data?.['text/html']).includes('<audio controls src="data:audio/wav;base64,UklGR')); // prettier-ignore
      expect(players.map(textOf)).toEqual(
        Object.entries(tableOf(notebook, 'mistakes')).slice(0, 3).map(([id, [acted, heard]]) => expect.stringContaining(`[${id}: acted ${acted}, heard ${heard}, `)), // prettier-ignore
      );
    });
  });

  test('a cell that fails is told, and ends the run', { timeout: 5 * MINUTES }, async () => {
    const cell = (id: string, source: string) => ({ id, cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source }); // prettier-ignore
    const cells = [cell('fine', 'const clips: number = 491;'), cell('broken', 'throw new Error(`no ${clips} clips`);')];
    const path = join(folder, 'broken.ipynb');
    const { metadata } = committed('explore');
    writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    const before = readFileSync(path, 'utf8');
    await expect(executeNotebook(path)).rejects.toThrow(/broken\.ipynb does not run:[^]*no 491 clips/);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});
