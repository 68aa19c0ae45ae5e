import { request } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hostName } from '../../../src/serve/http/limits/hosts.ts';
import type { ServeOptions } from '../../../src/serve/http/options.ts';
import { answer, startServer, type TestServer } from './testServer.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
afterEach(() => server.close());
const start = async (options: ServeOptions) => (server = await startServer({ workers: 1, ...options }));

/** The status of an answer, and the code of its error, asked by that `Host`; `fetch` would set its own. */
function asked(host: string, path = '/api/v1/health', method = 'GET'): Promise<{ status: number; code?: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const sent = request({ host: '127.0.0.1', port, path, method, setHost: false, headers: { host } }, (response) => {
      let text = '';
      response.on('data', (data) => (text += String(data)));
      response.on('end', () => {
        const body = text.startsWith('{') ? (JSON.parse(text) as { error?: { code: string } }) : {};
        resolve({ status: response.statusCode!, code: body.error?.code });
      });
    });
    sent.on('error', reject).end();
  });
}

const refused = { status: 421, code: 'wrong_host' };

describe('the name that a request was sent to', () => {
  test('is one of this machine, or was allowed, whatever is asked for; no other name reads anything', async () => {
    await start({ allowedHosts: ['Ser.example.org'] });
    for (const host of ['localhost', 'LOCALHOST:7860', '127.0.0.1', '127.8.9.1:80', '[::1]:7860', 'ser.example.org']) {
      expect((await asked(host)).status, host).toBe(200);
    }
    for (const host of [
      ...[
        'evil.example',
        'evil.example:7860',
        'localhost.evil.example',
        'ser.example.org.evil.example',
        '127.0.0.1.evil.example',
      ],
      ...['192.168.1.5', '[fe80::1]', 'user@localhost', 'localhost:7860@evil.example', 'localhost/', ''],
    ]) {
      expect(await asked(host), host).toEqual(refused);
    }
    for (const path of [
      '/',
      '/models/male/bundle.json',
      '/api/v1/models',
      '/api/v1/ready',
      '/metrics',
      '/docs',
      '/openapi.json',
      '/nothing',
    ]) {
      expect(await asked('evil.example', path), path).toEqual(refused);
    }
    expect(await asked('evil.example', '/api/v1/predict', 'POST')).toEqual(refused);
  });

  test('may be any address where the server listens on every one, but no name', async () => {
    await start({ host: '0.0.0.0' });
    for (const host of ['192.168.1.5:7860', '[fe80::1]', 'localhost']) expect((await asked(host)).status).toBe(200);
    expect(await asked('evil.example')).toEqual(refused);
  });

  test('is allowed as a name alone, without scheme and port: that is said before the server starts', async () => {
    await start({});
    for (const name of ['https://ser.example.org', 'ser.example.org:443', 'a b', '']) {
      await expect(startServer({ allowedHosts: [name] })).rejects.toThrow(/is not a host name/);
    }
  });

  test('is read without port, brackets and a final dot', () => {
    expect(['A.example:80', '[::1]:80', 'localhost.', '1.2.3.4'].map(hostName)).toEqual([
      'a.example',
      '::1',
      'localhost',
      '1.2.3.4',
    ]);
  });
});

describe('wrong tokens', () => {
  const ask = (token: string, from = '127.0.0.1') => {
    const headers = { 'x-forwarded-for': from, ...(token && { authorization: `Bearer ${token}` }) };
    return answer(server.ask('/api/v1/models', { headers }));
  };
  const guess = async (from: string) => {
    for (let time = 0; time < 10; time++) expect((await ask(`guess-${time}`, from)).status).toBe(401);
  };

  test('are refused after ten a minute, and then the right one is no longer found out by trying', async () => {
    await start({ token: 'open-sesame', trustProxy: true });
    await guess('1.1.1.1');
    for (const token of ['one-more', 'open-sesame']) {
      const { status, headers, body } = await ask(token, '1.1.1.1');
      expect({ status, code: body.error.code }).toEqual({ status: 429, code: 'rate_limited' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(1);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
    expect((await ask('open-sesame', '2.2.2.2')).status).toBe(200);
  });

  test('do not shut out those who share the address and have shown the right one; none at all is no wrong one', async () => {
    await start({ token: 'open-sesame', trustProxy: true });
    expect((await ask('open-sesame')).status).toBe(200);
    await guess('127.0.0.1');
    expect((await ask('one-more')).status).toBe(429);
    expect((await ask('open-sesame')).status).toBe(200);
    for (let time = 0; time < 20; time++) expect((await ask('', '3.3.3.3')).status).toBe(401);
    expect((await ask('open-sesame', '3.3.3.3')).status).toBe(200);
  });
});
