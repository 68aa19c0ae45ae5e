import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPool } from '../../../src/data/workers/workerPool.ts';
import type { ClipAnalysis, ClipJob } from '../../../src/serve/predict/analyseClip.ts';
import type { ClipAnswer, ClipFailure } from '../../../src/serve/predict/clipResult.ts';
import type { ServeOptions } from '../../../src/serve/http/options.ts';
import { answer, demo, formOf, hostilePool, hostileWorker, startServer, type TestServer } from './testServer.ts';

// Workers and models take seconds to start, on a busy machine many.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** Workers take seconds to start, and do not belong to a server's options: the servers here share two. */
let shared: ReturnType<typeof createPool<ClipJob, ClipAnalysis>>;
let server: TestServer;
beforeAll(async () => {
  const first = { file: 'first', bytes: demo('male'), featureSet: 'librosa186' };
  shared = createPool<ClipJob, ClipAnalysis>(hostileWorker, 2, { first });
  await shared.ready();
});
afterEach(() => server.close());
afterAll(() => shared.close());

const start = async (options: ServeOptions = {}) =>
  (server = await startServer(options, { createPool: () => ({ ...shared, close: async () => undefined }) }));
const clip = demo('male');
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const gaugeOf = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (.*)$`, 'm').exec(await (await server.ask('/metrics')).text())![1]);

describe('limits', () => {
  test('bytes: of the body, of a form, and of a body that does not say how long it is', async () => {
    await start({ maxMb: 0.05 }); // 52 kB: less than the clip
    const code = { status: 413, body: { error: { code: 'too_large', message: expect.stringContaining('0.05 MB') } } };
    const wav = { method: 'POST', headers: { 'content-type': 'audio/wav' } };
    expect(await answer(server.ask('/api/v1/predict', { ...wav, body: clip }))).toMatchObject(code);
    expect(await answer(server.predict({ 'a.wav': clip }))).toMatchObject(code);
    const half = { 'a.wav': clip.slice(0, 30_000), 'b.wav': clip.slice(0, 30_000) };
    expect(await answer(server.predict(half))).toMatchObject(code);
    for (const [body, headers] of [
      [clip, wav.headers],
      [formOf({ 'a.wav': clip }), {}],
      [formOf(half), {}],
    ] as const) {
      const { headers: own, body: stream } = new Request(server.url, { method: 'POST', body, headers });
      const init = { method: 'POST', body: stream, headers: own, duplex: 'half' } as RequestInit;
      expect(await answer(server.ask('/api/v1/predict', init))).toMatchObject(code);
    }
  });

  test('files', async () => {
    await start({ maxFiles: 2 });
    const files = { 'a.wav': clip, 'b.wav': clip };
    expect((await server.predict(files)).status).toBe(200);
    const { status, body } = await answer(server.predict({ ...files, 'c.wav': clip }));
    expect({ status, ...body.error }).toEqual({
      status: 413,
      code: 'too_many_files',
      message: expect.stringContaining('2 files'),
    });
  });

  test('time to arrive: a client that does not go on sending is told and cut off', async () => {
    await start({ uploadTimeout: 1 });
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
        socket.write(
          'POST /api/v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: audio/wav\r\nContent-Length: 1000\r\n\r\nRIFF',
        ),
      );
      socket.on('data', (data) => (text += String(data)));
      socket.on('close', () => resolve(text));
    });
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(said.split('\r\n\r\n')[1])).toMatchObject({ error: { code: 'slow_upload' } });
    await until(async () => (await gaugeOf('ser_requests_in_flight')) === 0);
  });

  test('clients that send slowly keep nobody out', async () => {
    await start({ queue: 2 });
    const head =
      'POST /api/v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: audio/wav\r\nContent-Length: 1000\r\n\r\n';
    const slow = Array.from({ length: 6 }, () => connect(Number(new URL(server.url).port), '127.0.0.1'));
    for (const socket of slow) socket.on('error', () => undefined).write(`${head}RIFF`);
    await until(async () => (await gaugeOf('ser_upload_bytes')) === 6000);
    expect((await server.predict({ 'a.wav': clip })).status).toBe(200);
    for (const socket of slow) socket.destroy();
    await until(async () => (await gaugeOf('ser_upload_bytes')) === 0);
  });

  test('time to take an answer: a client that does not read is cut off', async () => {
    const body = Buffer.alloc(60_000_000); // more than the system takes in for it
    server = await startServer(
      { uploadTimeout: 1, workers: 1 },
      { page: new Map([['/big', { type: 'application/octet-stream', body }]]) },
    );
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.pause().on('error', () => undefined);
    socket.write('GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const connections = () => new Promise<number>((resolve) => server.app.server.getConnections((_, n) => resolve(n)));
    await until(async () => (await connections()) === 1);
    await until(async () => (await connections()) === 0);
    socket.destroy();
  });

  test('requests at once: one more gets 503 and is told when to come back, and then finds room', async () => {
    await start({ queue: 2 });
    const slow = [1, 2].map(() => server.predict({ 'slow1500.wav': clip }));
    await until(async () => (await gaugeOf('ser_requests_in_flight')) === 2);
    const { status, headers, body } = await answer(server.predict({ 'a.wav': clip }));
    expect({ status, code: body.error.code }).toEqual({ status: 503, code: 'busy' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    for (const one of await Promise.all(slow)) expect(one.status).toBe(200);
    expect((await server.predict({ 'a.wav': clip })).status).toBe(200);
  });

  test('requests a minute', async () => {
    await start({ rateLimit: 2 });
    const ask = () => answer(server.predict({ 'a.wav': new Uint8Array(1) }));
    expect([(await ask()).status, (await ask()).status]).toEqual([422, 422]);
    const { status, headers, body } = await ask();
    expect({ status, code: body.error.code }).toEqual({ status: 429, code: 'rate_limited' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(1);
    expect((await server.ask('/api/v1/health')).status).toBe(200);
  });

  test('options that make no sense are refused in words', async () => {
    await start();
    await expect(startServer({ maxMb: 0 })).rejects.toThrow('maxMb is 0; it must be above 0');
    await expect(startServer({ port: 70_000 })).rejects.toThrow('port is 70000');
    await expect(startServer({ queue: 1.5 })).rejects.toThrow('queue is 1.5; it must be a whole number');
    await expect(startServer({ token: 'two words' })).rejects.toThrow('without spaces');
  });
});

describe('hostile recordings', () => {
  test('one that crashes its worker fails alone; the others are analysed', async () => {
    await start();
    await until(() => shared.load().busy === 0);
    const lost = await gaugeOf('ser_workers_lost_total');
    const files = { 'crash.wav': clip, 'exit.wav': clip, 'good.wav': clip };
    const { status, body } = await answer<{ results: ClipAnswer[] }>(server.predict(files));
    expect(status).toBe(200);
    for (const failed of body.results.slice(0, 2)) {
      expect((failed as ClipFailure).error).toEqual({ code: 'failed', message: expect.stringMatching(/damaged/) });
    }
    expect(body.results[2]).toMatchObject({ file: 'good.wav', gender: 'male' });
    expect(await gaugeOf('ser_workers_lost_total')).toBeGreaterThanOrEqual(lost + 2);
  });

  test('one that hangs is given up after the time limit', async () => {
    await start({ timeout: 10 });
    const [hung, good] = await Promise.all([
      answer<{ results: ClipFailure[] }>(server.predict({ 'hang.wav': clip }, '?gender=male')),
      server.predict({ 'good.wav': clip }, '?gender=male'),
    ]);
    expect(hung.status).toBe(422);
    expect(hung.body.results[0].error).toEqual({ code: 'timeout', message: expect.stringMatching(/longer than 10 s/) });
    expect(good.status).toBe(200);
  });

  test('a client that goes away leaves no work behind', async () => {
    await start();
    await until(() => shared.load().busy === 0);
    const gone = new AbortController();
    const asked = server.predict({ 'hang.wav': clip }, '?gender=male', { signal: gone.signal });
    asked.catch(() => undefined);
    await until(() => shared.load().busy === 1);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await until(async () => (await gaugeOf('ser_requests_in_flight')) === 0);
    await until(async () => (await (await server.ask('/metrics')).text()).includes('count{outcome="abandoned"} 1'));
    await until(() => shared.load().idle > 0);
  });
});

describe('faults of the server', () => {
  test('are never said of a recording: 503 for a model that cannot be used, 500 for a mistake in the code', async () => {
    await start();
    const unable = await answer(server.predict({ 'good.wav': clip, 'model.wav': clip }));
    expect({ status: unable.status, code: unable.body.error.code }).toEqual({ status: 503, code: 'unavailable' });
    expect(unable.headers.get('retry-after')).toMatch(/^\d+$/);
    const fault = await answer<{ results: ClipFailure[] }>(server.predict({ 'fault.wav': clip }));
    expect(fault.status).toBe(500);
    expect(fault.body.results[0].error).toEqual({ code: 'internal', message: expect.stringContaining('the log') });
    const both = await answer<{ results: ClipAnswer[] }>(server.predict({ 'fault.wav': clip, 'good.wav': clip }));
    expect(both.status).toBe(200);
    expect(both.body.results[1]).toMatchObject({ gender: 'male' });
  });
});

describe('access', () => {
  test('a token protects predictions, models and figures, not the health of the server', async () => {
    await start({ token: 'open-sesame' });
    const withToken = (authorization: string) => ({ headers: { authorization } });
    for (const path of ['/api/v1/models', '/metrics']) {
      for (const init of [{}, withToken('Bearer sesame'), withToken('Basic open-sesame')]) {
        const { status, headers, body } = await answer(server.ask(path, init));
        expect({ status, code: body.error.code }).toEqual({ status: 401, code: 'unauthorised' });
        expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
      expect((await server.ask(path, withToken('Bearer open-sesame'))).status).toBe(200);
    }
    expect((await server.predict({ 'a.wav': clip })).status).toBe(401);
    expect((await server.predict({ 'a.wav': clip }, '', withToken('Bearer open-sesame'))).status).toBe(200);
    for (const path of ['/api/v1/health', '/openapi.json', '/models/male/bundle.json']) {
      const response = await server.ask(path);
      expect(response.status).toBe(200);
      await response.arrayBuffer(); // a connection with an answer that nobody reads would keep the server from closing
    }
  });

  test('pages of other sites cannot use it; those of its own, and other programs, can', async () => {
    await start();
    const ask = async (headers: Record<string, string>) => {
      const response = await server.predict({ 'a.wav': new Uint8Array(1) }, '', { headers });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      return response.status;
    };
    expect(await ask({ origin: 'https://evil.example' })).toBe(403);
    expect(await ask({ origin: 'null' })).toBe(403);
    expect(await ask({ 'sec-fetch-site': 'cross-site', origin: server.url })).toBe(403);
    expect(await ask({ origin: server.url })).toBe(422);
    expect(await ask({})).toBe(422);
    expect((await server.ask('/api/v1/predict', { method: 'OPTIONS' })).status).toBe(405);
  });

  test('stopping: what is under way is finished; until then what comes is refused, and it is not ready', async () => {
    await start();
    await server.ready();
    const slow = server.predict({ 'slow1500.wav': clip });
    await until(async () => (await gaugeOf('ser_requests_in_flight')) === 1);
    const closed = server.close();
    const fresh = { headers: { connection: 'close' } };
    expect(await answer(server.ask('/api/v1/ready', fresh))).toMatchObject({
      status: 503,
      body: { status: 'draining' },
    });
    const refused = await answer(server.predict({ 'a.wav': clip }, '', fresh));
    expect({ status: refused.status, code: refused.body.error.code }).toEqual({ status: 503, code: 'draining' });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await slow).status).toBe(200);
    await closed;
    await expect(server.ask('/api/v1/health')).rejects.toThrow();
  });
});

test('workers are warm before the server says that it is ready', async () => {
  server = await startServer({ workers: 1 }, { createPool: hostilePool });
  expect(await answer(server.ask('/api/v1/ready'))).toMatchObject({ status: 503, body: { status: 'starting' } });
  expect((await server.ask('/api/v1/health')).status).toBe(200);
  await server.ready();
  expect(await answer(server.ask('/api/v1/ready'))).toMatchObject({ status: 200, body: { status: 'ready' } });
  expect(await gaugeOf('ser_workers_idle')).toBe(1);
});
