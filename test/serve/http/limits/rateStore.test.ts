import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SerError } from '../../../../src/error.ts';
import { localCounter } from '../../../../src/serve/http/limits/rateStore.ts';
import type { ServerParts } from '../../../../src/serve/http/server.ts';
import { startServer, type TestServer } from '../testServer.ts';

vi.setConfig({ testTimeout: 180_000 });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Workers that find no recording good: every request that the limit lets pass gets 422. */
const createPool: ServerParts['createPool'] = () => ({
  size: 1,
  run: () => Promise.reject(new SerError('audio', 'no recording')),
  ready: async () => undefined,
  load: () => ({ waiting: 0, busy: 0, idle: 1, lost: 0 }),
  close: async () => undefined,
});

async function start(rateLimitStore: string, rateLimit: number): Promise<TestServer> {
  const server = await startServer({ rateLimit, rateLimitStore, log: 'error' }, { createPool });
  closing.push(() => server.close());
  return server;
}

const ask = async (server: TestServer) => (await server.predict({ 'a.wav': new Uint8Array(1) })).status;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startRedis(port: number): Promise<ChildProcess> {
  const redis = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
  closing.push(async () => void (redis.exitCode === null && redis.signalCode === null && redis.kill('SIGKILL')));
  for await (const text of redis.stdout) if (String(text).includes('Ready to accept connections')) break;
  redis.stdout.resume();
  return redis;
}

const hasRedis = spawnSync('redis-server', ['--version']).status === 0 || Boolean(process.env.CI);

test.runIf(hasRedis)(
  'two servers share the limit in Redis; without it each serves and counts for itself, says so once, and shares again when it is back',
  async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    const [a, b] = [await start(`redis://127.0.0.1:${port}`, 3), await start(`redis://127.0.0.1:${port}`, 3)];
    expect([await ask(a), await ask(b), await ask(a)]).toEqual([422, 422, 422]);
    const refused = await b.predict({ 'a.wav': new Uint8Array(1) });
    expect([refused.status, await ask(a)]).toEqual([429, 429]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);

    const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const lines = (text: string) => log.mock.calls.filter(([line]) => String(line).includes(text)).length;
    redis.kill('SIGKILL');
    await once(redis, 'exit');
    for (const server of [a, b]) {
      expect([await ask(server), await ask(server), await ask(server)]).toEqual([422, 422, 422]);
      expect(await ask(server)).toBe(429);
    }
    expect(lines('this server counts for itself')).toBe(2);

    await startRedis(port);
    while (lines('answers again') < 2) await sleep(50);
    expect([await ask(a), await ask(b), await ask(a), await ask(b)]).toEqual([422, 422, 422, 429]);
  },
);

test('a server starts without the Redis that it is to use, and serves', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const server = await start(`redis://127.0.0.1:${await freePort()}`, 1);
  expect([await ask(server), await ask(server)]).toEqual([422, 429]);
});

test('an address that is none of Redis, and a store without a limit, are refused in words', async () => {
  await expect(startServer({ rateLimit: 1, rateLimitStore: 'http://a' })).rejects.toThrow('redis://HOST:PORT');
  await expect(startServer({ rateLimitStore: 'redis://a' })).rejects.toThrow('give --rate-limit too');
});

describe('the count of one server', () => {
  test('ends with its window, whichever way the clock of the system is set meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const count = localCounter();
    const currents: number[] = [];
    for (const hours of [0, 24, -48]) {
      vi.setSystemTime(Date.now() + hours * 3_600_000);
      currents.push((await count('client', 300)).current);
    }
    expect(currents).toEqual([1, 2, 3]);
    await sleep(320);
    expect(await count('client', 300)).toMatchObject({ current: 1 });
  });

  test('is forgotten for the client that asked longest ago, where there are too many', async () => {
    const count = localCounter();
    for (let client = 0; client <= 10_000; client++) await count(String(client), 60_000);
    expect([(await count('0', 60_000)).current, (await count('10000', 60_000)).current]).toEqual([1, 2]);
  });
});
