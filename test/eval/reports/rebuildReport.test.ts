import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { ModelPredictions } from '../../../src/eval/systems/modelPredictions.ts';
import type { ClipMap } from '../../../src/eval/charts/clips/clipMap.ts';
import { readReport, rebuildReport, writeReport } from '../../../src/eval/reports/reportFiles.ts';
import { runSer } from '../../runSer.ts';
import { sample } from '../samplePredictions.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-rebuild-'));
afterAll(() => rmSync(folder, { recursive: true }));

const context = {
  description: 'Made up.',
  overlap: {
    speakers: { test: 6, shared: 0 },
    sentences: { test: 2, shared: 2 },
    recordings: { test: 60, shared: 0 },
  },
  notes: [],
};
const manifest = { command: 'ser eval', options: {}, seed: 1, versions: {}, data: {}, models: {} };
const bootstrap = { resamples: 50, seed: 2 };
const answers = sample.rows.map((row) => ({ ...row, fold: 'fold 1', temperature: 1.2345678 }));
const pooled: ModelPredictions = { ...sample, model: 'pooled', seed: 1, rows: answers, validation: [] };

function contents(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(dir, name)).isFile()); // prettier-ignore
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(dir, name), 'base64')]));
}

/** Takes away what a rebuild must make again; a stale picture and a reader's notes come to it. */
function damage(dir: string): void {
  for (const name of ['report.html', 'report.md']) rmSync(join(dir, name));
  writeFileSync(join(dir, 'figures', 'of-long-ago.png'), '');
  writeFileSync(join(dir, 'notes.txt'), 'mine');
}

test('`ser report` makes all files again, byte for byte; other files stay, pictures of no chart go', async () => {
  const dir = join(folder, 'models');
  await writeReport(dir, { ...context, kind: 'models', predictions: [pooled], manifest, options: bootstrap });
  const written = contents(dir);
  expect(readReport(dir).kind).toBe('models');
  damage(dir);
  const { code, stdout, stderr } = await runSer(['report', dir]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(dir, 'report.html')}\n${join(dir, 'report.md')}\n` });
  expect(stderr).toContain('files made again');
  expect(contents(dir)).toEqual({ ...written, 'notes.txt': Buffer.from('mine').toString('base64') });
});

test('a cross-validation too', async () => {
  const dir = join(folder, 'cross');
  const predictions = [{ ...pooled, validation: answers.slice(0, 9) }];
  const map: ClipMap = {
    axes: ['principal component 1 (40.0 % of the variance)', 'principal component 2, of a name with a comma'],
    places: new Map(answers.map(({ id }, i) => [id, [Math.sin(i), -i / 3]])),
  };
  await writeReport(dir, { ...context, kind: 'cross-validation', predictions, map, manifest, options: { ...bootstrap, maxError: 0.2 } }); // prettier-ignore
  const written = contents(dir);
  expect(Object.keys(written)).toContain('figures/map.png');
  expect(Object.keys(written)).toContain('report.html');
  const pictures = Object.keys(written).filter((name) => name.endsWith('.png'));
  const shown = [...readFileSync(join(dir, 'report.md'), 'utf8').matchAll(/^!\[.+\]\((.+)\)$/gm)].map(
    ([, name]) => name,
  );
  expect(shown.sort()).toEqual(pictures); // each of them once
  expect(readReport(dir).kind).toBe('cross-validation');
  damage(dir);
  await rebuildReport(dir);
  expect(contents(dir)).toEqual({ ...written, 'notes.txt': Buffer.from('mine').toString('base64') });
});

test('what is no report folder is refused, and the exit code says so', async () => {
  const { code, stderr } = await runSer(['report', join(folder, 'nowhere')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/nowhere is not a report folder: it has no report\.json/);
  expect((await runSer(['report'])).code).toBe(2);
});
