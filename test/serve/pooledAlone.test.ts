import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadAudio } from '../../src/data/audio/load.ts';
import type { Report } from '../../src/eval/reports/report.ts';
import type { ClipResult } from '../../src/serve/predict/clipResult.ts';
import { predict } from '../../src/serve/library/predict.ts';
import { loadEmotionModels } from '../../src/serve/predict/emotionModels.ts';
import { predictClips } from '../../src/serve/predict/predictClips.ts';
import { runSer } from '../runSer.ts';
import { answer, demo, startServer, type TestServer } from './http/testServer.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** Folders with a pooled model and no pair: with a gender model of its own, and without. */
const [told, mute] = ['told-', 'mute-'].map((name) => mkdtempSync(join(tmpdir(), name)));
beforeAll(() => {
  for (const folder of [told, mute]) cpSync('models/reference/pooled', join(folder, 'pooled'), { recursive: true });
  cpSync('models/gender', join(told, 'gender'), { recursive: true });
});
afterAll(() => [told, mute].forEach((folder) => rmSync(folder, { recursive: true })));

test('the pooled model is loaded and answers, without being asked for; the gender that is shown is by the gender model beside it', async () => {
  const [models, silent, pair] = await Promise.all([told, mute, 'reference'].map((models) => loadEmotionModels({ models }))); // prettier-ignore
  expect([models.loaded, silent.loaded, pair.loaded]).toEqual([['pooled'], ['pooled'], ['male', 'female', 'pooled']]);
  const files = ['data/demo/male.wav', 'data/demo/female.wav'];
  const [shown, unknown] = (await Promise.all([models, silent].map((one) => predictClips(files, one, { workers: 1 })))) as ClipResult[][]; // prettier-ignore
  expect(shown.map(({ gender, routing, genderSource }) => [gender, routing, genderSource])).toEqual([
    ['male', 'pooled', 'gender.onnx'],
    ['female', 'pooled', 'gender.onnx'],
  ]);
  for (const { genderProbability } of shown) expect(genderProbability).toBeGreaterThan(0.5);
  for (const one of unknown) expect(one).toMatchObject({ gender: null, genderProbability: null, genderSource: 'none', routing: 'pooled' }); // prettier-ignore
  // The gender chooses nothing: both, and the pooled model of a pair's family, which asks for no gender, say the same.
  const same = (await predictClips(files, pair, { routing: 'pooled', workers: 1 })) as ClipResult[];
  expect(shown.map(({ probabilities }) => probabilities)).toEqual(unknown.map(({ probabilities }) => probabilities));
  expect(same.map(({ probabilities }) => probabilities)).toEqual(unknown.map(({ probabilities }) => probabilities));
  for (const one of same) expect(one).toMatchObject({ gender: null, genderSource: 'none' });
});

test('what the gender model learnt from counts for the licence, where there is one', async () => {
  const [models, silent] = await Promise.all([told, mute].map((models) => loadEmotionModels({ models })));
  expect(models.family.licence.text).toMatch(/librispeech/i);
  expect(silent.family.licence.text).not.toMatch(/librispeech/i);
});

test('a signal is predicted likewise; a gender cannot be chosen', async () => {
  const models = await loadEmotionModels({ models: told });
  const signal = await loadAudio('data/demo/female.wav');
  expect(await predict(signal, { models })).toMatchObject({ gender: 'female', routing: 'pooled' });
  await expect(predict(signal, { models, gender: 'female' })).rejects.toThrow(/female model is not loaded; these are: pooled/); // prettier-ignore
  await expect(predict(signal, { models, routing: 'soft' })).rejects.toThrow(/is not loaded; these are: pooled/);
});

test('ser predict takes it too', async () => {
  const { code, stdout, stderr } = await runSer(['predict', 'data/demo/female.wav', '--models', told, '--format', 'csv']); // prettier-ignore
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^data\/demo\/female\.wav,female,/m);
  expect(stdout).toContain(`,gender.onnx,pooled,${basename(told)}/,`);
});

test('ser eval combined and ser robustness test it on the clips of both genders', async () => {
  const out = join(mute, '..', `${basename(mute)}-report`);
  const { code, stdout, stderr } = await runSer(['eval', 'combined', '--models', mute, '--out', out, '--no-card', '--resamples', '50', '--json']); // prettier-ignore
  rmSync(out, { recursive: true, force: true });
  expect(code, stderr).toBe(0);
  const { systems } = JSON.parse(stdout) as Report;
  expect(systems.map(({ name }) => name)).toEqual(['pooled']);
  expect(Object.keys(systems[0].parts)).toEqual(['male', 'female', 'combined']);
  expect(systems[0].parts.combined).toMatchObject({ n: 491, speakers: 24 });
  const nowhere = await runSer(['robustness', '--models', mute, '--audio', join(mute, 'none'), '--out', out]);
  expect(nowhere.stderr).toMatch(/none/); // the models are fine: it is the audio that is missing
});

describe('a server with it', () => {
  let servers: TestServer[];
  beforeAll(async () => {
    servers = await Promise.all([told, mute].map((models) => startServer({ workers: 1 }, { models })));
  });
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  test('offers that model alone, and the gender model where there is one', async () => {
    interface Body {
      routings: string[];
      default: { routing: string };
      models: { name: string }[];
    }
    for (const [i, names] of [['pooled', 'gender'], ['pooled']].entries()) {
      const { body } = await answer<Body>(servers[i].ask('/api/v1/models'));
      expect(body).toMatchObject({ routings: ['pooled'], default: { routing: 'pooled' } });
      expect(body.models.map(({ name }) => name)).toEqual(names);
      const family = await answer<Record<string, unknown>>(servers[i].ask('/models/family.json'));
      expect(family.body).toMatchObject({ models: ['pooled'], gender: names.includes('gender') });
      expect(family.body.bytes).toBeGreaterThan(1e5);
      for (const file of ['gender.onnx', 'MODEL_CARD.md'])
        expect((await servers[i].ask(`/models/gender/${file}`)).status).toBe(names.includes('gender') ? 200 : 404);
    }
  });

  test('answers with it by default, and refuses what it has no model for', async () => {
    const { body } = await answer<{ results: ClipResult[] }>(servers[0].predict({ 'a.wav': demo('male') }));
    expect(body.results[0]).toMatchObject({ routing: 'pooled', gender: 'male', genderSource: 'gender.onnx' });
    const mutely = await answer<{ results: ClipResult[] }>(servers[1].predict({ 'a.wav': demo('male') }));
    expect(mutely.body.results[0]).toMatchObject({ routing: 'pooled', gender: null, genderSource: 'none' });
    for (const query of ['?gender=female', '?routing=hard']) {
      const refused = await servers[0].predict({ 'a.wav': demo('male') }, query);
      expect(refused.status).toBe(400);
      expect(await refused.text()).toMatch(/This server has no (fe)?male model/);
    }
  });
});
