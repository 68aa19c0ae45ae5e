import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ClipResult } from '../../src/serve/predict/clipResult.ts';
import { loadEmotionModels } from '../../src/serve/predict/emotionModels.ts';
import { predictClips } from '../../src/serve/predict/predictClips.ts';
import { sha256 } from '../../src/sha256.ts';
import { runSer } from '../runSer.ts';
import { answer, demo, startServer, type TestServer } from './http/testServer.ts';
import { SIX, trainSixEmotions } from './sixEmotions.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let folder: string;
beforeAll(async () => {
  folder = await trainSixEmotions();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a family is loaded by its name, and all of its answers name it', async () => {
  const models = await loadEmotionModels({ models: 'reference' });
  expect(models.family).toMatchObject({
    name: 'reference',
    licence: { commercial: false, text: expect.stringContaining('RAVDESS (CC BY-NC-SA 4.0)') },
  });
  const outcomes = await predictClips(['data/demo/male.wav'], models, { workers: 1 });
  expect(outcomes[0]).toMatchObject({ models: 'reference', routing: 'auto' });
});

test('stored results of one family are not taken for those of another with the same weights', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'ser-copy-'));
  cpSync('models/reference', copy, { recursive: true });
  const [own, other] = await Promise.all(['reference', copy].map((models) => loadEmotionModels({ models, load: ['male'] }))); // prettier-ignore
  expect(own.fingerprint()).not.toBe(other.fingerprint());
  rmSync(copy, { recursive: true });
});

describe('models that know six emotions', () => {
  test('are predicted with in the library: six probabilities, which sum to 1', async () => {
    const models = await loadEmotionModels({ models: folder });
    expect(models.labels).toEqual(SIX);
    const [outcome] = (await predictClips(['data/demo/female.wav'], models, { workers: 1 })) as ClipResult[];
    expect(outcome.models).toBe(`${basename(folder)}/`);
    expect(Object.keys(outcome.probabilities)).toEqual(SIX);
    expect(SIX).toContain(outcome.emotion);
    expect(Object.values(outcome.probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  test('are as free as their corpora where no gender model is asked', async () => {
    const alone = await loadEmotionModels({ models: folder, load: ['male'] });
    expect(alone.family.licence).toEqual({
      commercial: true,
      text: 'free for commercial use; made from EmoDB (CC0)',
    });
    const routed = await loadEmotionModels({ models: folder });
    expect(routed.family.licence).toMatchObject({ commercial: false, text: expect.stringContaining('RAVDESS') });
    const card = readFileSync(join(folder, 'male', 'MODEL_CARD.md'), 'utf8');
    expect(card).toContain('**Free for commercial use; made from EmoDB (CC0).**');
  });

  test('make tables and CSV of six emotions', async () => {
    const { code, stdout } = await runSer(['predict', 'data/demo', '--models', folder, '--format', 'csv']);
    expect(code).toBe(0);
    const [header, ...rows] = stdout.trimEnd().split('\n');
    expect(header).toBe(`Filename,Gender,Predicted Emotion,Confidence,${SIX.join()},Gender Probability,Gender Source,Routing,Models,Warnings,Error,Sure,Right On Unseen`); // prettier-ignore
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toContain(`,${basename(folder)}/,`);
  });

  test('are no pair with models of others', async () => {
    const mixed = mkdtempSync(join(tmpdir(), 'ser-mixed-'));
    cpSync(join(folder, 'male'), join(mixed, 'male'), { recursive: true });
    cpSync('models/reference/female', join(mixed, 'female'), { recursive: true });
    await expect(loadEmotionModels({ models: mixed })).rejects.toThrow(/female knows other labels than .*male/);
    rmSync(mixed, { recursive: true });
  });

  test('have cards that say what each model costs', () => {
    const card = readFileSync(join(folder, 'male', 'MODEL_CARD.md'), 'utf8');
    expect(card).toMatch(/\| parameters \| [\d,]+ \|\n\| on disk \| [\d.]+ MB \|\n\| training \| [\d.]+ s \|\n\| features of a clip \| [\d.]+ ms \|\n\| prediction of a clip \| [\d.]+ ms \|/); // prettier-ignore
  });
});

describe('a server with another family', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ workers: 1 }, { models: folder });
  });
  afterAll(() => server.close());

  test('names it in /api/v1/models and in every answer, with its emotions', async () => {
    interface Body {
      family: { name: string; what: string | null; licence: { commercial: boolean | null } };
      labels: string[];
    }
    const { body } = await answer<Body>(server.ask('/api/v1/models'));
    expect(body).toMatchObject({
      family: { name: `${basename(folder)}/`, what: null, licence: { commercial: false } },
      labels: SIX,
    });
    const { body: document } = await answer<{ info: { description: string } }>(server.ask('/openapi.json'));
    expect(document.info.description).toContain(`with the models "${body.family.name}": not for commercial use`);
    expect(JSON.stringify([body, document])).not.toContain(folder); // where models lie is nobody's business
    const { body: predicted } = await answer<{ results: ClipResult[] }>(server.predict({ 'a.wav': demo('male') }));
    expect(predicted.results[0].models).toBe(body.family.name);
    expect(Object.keys(predicted.results[0].probabilities)).toEqual(SIX);
  });

  test('serves its models alone, with the hashes that tell them from others', async () => {
    const { body } = await answer<{ bundles: Record<string, string>; bytes: number }>(
      server.ask('/models/family.json'),
    );
    expect(Object.keys(body.bundles)).toEqual(['male', 'female']);
    for (const [name, hash] of Object.entries(body.bundles)) {
      const file = await (await server.ask(`/models/${name}/bundle.json`)).bytes();
      expect(sha256(file)).toBe(hash);
      expect(Buffer.compare(file, readFileSync(join(folder, name, 'bundle.json')))).toBe(0);
    }
    expect(body.bytes).toBeGreaterThan(2e6);
    for (const path of ['pooled/bundle.json', 'reference/bundle.json', 'reference/male/bundle.json', 'open/male/bundle.json']) {
      expect((await server.ask(`/models/${path}`)).status, path).toBe(404);
    } // prettier-ignore
  });
});

test.each([
  ['nowhere', /neither a folder nowhere nor a family of models of that name: choose default, reference, .*open/],
  ['test', /test\/male is not a model folder: it has no bundle\.json/],
])('a server is not started with --models %s', async (models, said) => {
  await expect(startServer({}, { models })).rejects.toThrow(said);
});
