import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { GENDERS } from '../../src/data/clip.ts';
import { ravdess } from '../../src/data/corpora/ravdess.ts';
import { TABLE_PATHS } from '../../src/data/corpora/corpora.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import type { ClipResult } from '../../src/serve/predict/clipResult.ts';
import { systemsOf } from '../../src/eval/systems/systems.ts';
import { predictTestClips } from '../../src/train/predictTestClips.ts';
import { runSer } from '../runSer.ts';
import { demo, startServer, type TestServer } from './http/testServer.ts';
import { trainPair } from './trainedPair.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await trainPair('svm');
  server = await startServer({}, { models: folder });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

test('a pair of support vector machines is right in .823 of the reference test clips, as scikit-learn is', async () => {
  const table = await readTable(TABLE_PATHS.original);
  const { predictions } = predictTestClips(folder, GENDERS, table, getProtocol('reference'));
  const [{ rows }] = systemsOf(predictions)[0].runs;
  const right = rows.filter(({ label, predicted }) => label === predicted).length;
  expect(rows).toHaveLength(491);
  expect(Math.abs(right / 491 - 0.823)).toBeLessThan(0.005);
});

test('the server and the command give the same for a clip', async () => {
  const response = await server.predict({ 'male.wav': demo('male') }, '?gender=male');
  const { results } = (await response.json()) as { results: ClipResult[] };
  const words = ['data/demo/male.wav', '--models', folder, '--gender', 'male', '--format', 'json'];
  const { code, stdout } = await runSer(['predict', ...words]);
  expect(code).toBe(0);
  const [{ probabilities, emotion }] = JSON.parse(stdout) as ClipResult[];
  expect(results[0].emotion).toBe(emotion);
  for (const one of ravdess.labels) expect(results[0].probabilities[one]).toBeCloseTo(probabilities[one], 9);
});

test('/api/v1/models and the page serve its files and its card', async () => {
  const response = await server.ask('/api/v1/models');
  expect(response.status).toBe(200);
  expect(JSON.stringify(await response.json())).toContain('reference');
  for (const file of ['svm.json', 'vectors.bin', 'bundle.json', 'MODEL_CARD.md']) {
    expect((await server.ask(`/models/male/${file}`)).status, file).toBe(200);
  }
  expect((await server.ask('/models/male/weights.bin')).status).toBe(404);
});

test('the card says what kind of model it is and how it was trained', () => {
  const card = readFileSync(join(folder, 'male', 'MODEL_CARD.md'), 'utf8');
  expect(card).toMatch(/A support vector machine with RBF kernel for each pair of classes \(C 3, gamma 0\.005376\)/);
  expect(card).toMatch(/Of 997 training rows it keeps \d{3} as support vectors\./);
  expect(card).not.toMatch(/epoch|learning rate/);
});
