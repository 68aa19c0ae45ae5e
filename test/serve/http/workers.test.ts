import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { analyseClip } from '../../../src/serve/predict/analyseClip.ts';
import type { ClipAnswer, ClipFailure, ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { loadEmotionModels } from '../../../src/serve/predict/emotionModels.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { conversation } from '../voice.ts';
import { answer, buzz, demo, hostilePool, startServer, type TestServer } from './testServer.ts';

// Workers and models take seconds to start, on a busy machine many.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let server: TestServer;
afterEach(() => server.close());

const clip = demo('male');
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('a worker that died is replaced from the models in memory, though their files are gone', async () => {
  const models = mkdtempSync(join(tmpdir(), 'ser-models-'));
  cpSync('models', models, { recursive: true });
  server = await startServer({ workers: 1 }, { models, createPool: hostilePool });
  await server.ready();
  const before = await answer<{ results: ClipAnswer[] }>(server.predict({ 'good.wav': clip }));
  rmSync(models, { recursive: true });
  expect((await server.predict({ 'exit.wav': clip })).status).toBe(422);
  const after = await answer<{ results: ClipAnswer[] }>(server.predict({ 'good.wav': clip }));
  expect(after).toMatchObject({ status: 200, body: before.body });
  expect((await server.ask('/api/v1/ready')).status).toBe(200);
});

test('where no worker can be started it answers 503, is not ready and logs it once, until one can', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ser-start-'));
  const model = join(folder, 'gender.onnx');
  cpSync('models/gender/gender.onnx', model);
  const logged: { reason?: string; msg: string }[] = [];
  server = await startServer(
    { workers: 1, log: 'error' },
    {
      genderModel: model,
      // As if models were read from the disk again.
      createPool: (threads, options) => hostilePool!(threads, { ...options, files: undefined }),
    },
  );
  server.app.log.error = (...words: unknown[]) =>
    void logged.push(
      typeof words[0] === 'string' ? { msg: words[0] } : { ...(words[0] as object), msg: String(words[1]) },
    );
  await server.ready();
  writeFileSync(model, 'damaged');
  expect((await server.predict({ 'exit.wav': clip })).status).toBe(422);
  await until(async () => (await server.ask('/api/v1/ready')).status === 503);
  expect(await answer(server.ask('/api/v1/ready'))).toMatchObject({ body: { status: 'unavailable' } });
  for (let time = 0; time < 3; time++) {
    const { status, headers, body } = await answer(server.predict({ 'good.wav': clip }));
    expect({ status, code: body.error.code }).toEqual({ status: 503, code: 'unavailable' });
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
  }
  expect(logged).toEqual([
    { msg: expect.any(String), reason: expect.stringMatching(/No worker can start.*gender\.onnx/) },
  ]);
  cpSync('models/gender/gender.onnx', model);
  await until(async () => (await server.ask('/api/v1/ready')).status === 200);
  expect((await server.predict({ 'good.wav': clip })).status).toBe(200);
  rmSync(folder, { recursive: true });
});

test('a clip beside four long timelines is answered while all of them are under way, and they are whole', async () => {
  server = await startServer({ workers: 2 });
  await server.ready();
  const long = buzz(300);
  let under = 0;
  const longs = Array.from({ length: 4 }, async () => {
    under++;
    const given = await answer<{ results: ClipResult[] }>(server.predict({ 'long.wav': long }, '?gender=male'));
    under--;
    return given;
  });
  await until(() => under === 4);
  for (let time = 0; time < 5; time++) {
    expect((await server.predict({ 'small.wav': clip })).status).toBe(200);
    expect(under).toBe(4);
  }
  for (const { status, body } of await Promise.all(longs)) {
    expect(status).toBe(200);
    expect(body.results[0].timeline!.map(({ start, end }) => [start, end])).toEqual(
      Array.from({ length: 298 }, (_, i) => [i, i + 3]),
    );
  }
});

test('a timeline in parts says what it says in one piece', async () => {
  server = await startServer({ workers: 2 });
  await server.ready();
  const models = await loadEmotionModels();
  const bytes = buzz(47.3);
  const windows = { window: 2.5, hop: 1.5 };
  const analysis = await analyseClip({ file: 'long.wav', bytes, ...models.needs(), windows });
  const expected = models.predict(analysis);
  const query = '?window=2.5&hop=1.5';
  const { body } = await answer<{ results: ClipResult[] }>(server.predict({ 'long.wav': bytes }, query));
  const [{ timeline, ...whole }] = body.results;
  expect(whole).toMatchObject({ seconds: 47.3, emotion: expected.emotion, gender: expected.gender });
  expect(whole.probabilities.angry).toBeCloseTo(expected.probabilities.angry, 5);
  expect(whole.warnings).toEqual(analysis.warnings);
  expect(timeline!.map(({ start, end, emotion }) => ({ start, end, emotion }))).toEqual(
    expected.timeline!.map(({ start, end, emotion }) => ({ start, end, emotion })),
  );
  timeline!.forEach(({ probabilities }, i) =>
    expect(probabilities.angry).toBeCloseTo(expected.timeline![i].probabilities.angry, 5),
  );
});

test('utterances in parts say what they say in one piece', async () => {
  server = await startServer({ workers: 2 });
  await server.ready();
  const models = await loadEmotionModels();
  const bytes = encodeWav(await conversation(5), 16_000);
  const { utterances } = await analyseClip({ file: 'talk.wav', bytes, ...models.needs(), utterancesBeyond: 10 });
  const expected = models.predictAll(utterances!);
  const { body } = await answer<{ results: ClipResult[] }>(
    server.predict({ 'talk.wav': bytes }, '?timeline=utterances'),
  );
  const { segments } = body.results[0].utterances!;
  expect(segments.length).toBe(10);
  for (const [i, { start, end, gender, probabilities }] of segments.entries()) {
    expect(start).toBeCloseTo(utterances![i].start, 3);
    expect(end).toBeCloseTo(utterances![i].end, 3);
    expect(gender).toBe(expected[i].gender);
    expect(probabilities.angry).toBeCloseTo(expected[i].probabilities.angry, 5);
  }
});

test('windows that would hold more audio than they may are refused, with what to do', async () => {
  server = await startServer({ workers: 1, maxSeconds: 20 });
  const files = { 'long.wav': buzz(20) };
  const { status, body } = await answer<{ results: ClipFailure[] }>(server.predict(files, '?window=10&hop=0.1'));
  expect(status).toBe(413);
  expect(body.results[0].error).toEqual({
    code: 'too_long',
    message: expect.stringMatching(/^long\.wav: 101 windows of 10 s.* more than the allowed 240 s.*longer hop/),
  });
  expect((await server.predict(files, '?window=10&hop=0.5')).status).toBe(200);
});
