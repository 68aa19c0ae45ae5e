import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LOG_LEVELS, SERVE_DEFAULTS } from '../../../src/serve/http/options.ts';
import { SER, runSer } from '../../runSer.ts';
import { buzz, demo, formOf } from '../../serve/http/testServer.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** `ser serve …` as a user runs it, with a temporary folder of its own. */
interface Serving {
  child: ChildProcess;
  url: string;
  stderr: () => string;
  code: Promise<number | null>;
}

let tmp: string;
let serving: Serving;
beforeAll(async () => {
  tmp = mkdtempSync(join(tmpdir(), 'ser-serve-'));
  serving = await serve('--log', 'info', '--workers', '1');
});
afterAll(() => {
  serving.child.kill('SIGKILL');
  rmSync(tmp, { recursive: true });
});

async function serve(...words: string[]): Promise<Serving> {
  const command = [...SER, 'serve', '--port', '0', ...words];
  const child = spawn(process.execPath, command, { env: { ...process.env, TMPDIR: tmp } });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (text) => (stderr += String(text)));
  const code = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text) => {
      stdout += String(text);
      const found = /listens on (\S+)/.exec(stdout)?.[1];
      if (found) resolve(found);
    });
    void code.then(() => reject(new Error(`ser serve ended: ${stderr}`)));
  });
  return { child, url, stderr: () => stderr, code };
}

const predict = (bytes: Uint8Array<ArrayBuffer>, name: string, query = '') =>
  fetch(`${serving.url}/api/v1/predict${query}`, { method: 'POST', body: formOf({ [name]: bytes }) });

describe('ser serve', () => {
  test('serves the page and the API, is ready when it says where, and logs requests without file names', async () => {
    expect((await fetch(`${serving.url}/api/v1/ready`)).status).toBe(200);
    expect(await (await fetch(serving.url)).text()).toMatch(/<!doctype html>/i);
    const answered = await predict(demo('male'), 'private-talk.wav');
    expect(await answered.json()).toMatchObject({ results: [{ file: 'private-talk.wav', gender: 'male' }] });
    const raw = { method: 'POST', headers: { 'content-type': 'audio/wav' }, body: new Uint8Array(9) };
    expect((await fetch(`${serving.url}/api/v1/predict?name=private-call.wav`, raw)).status).toBe(422);
    await expect.poll(serving.stderr, { timeout: 20_000 }).toMatch(/"route":"\/api\/v1\/predict","status":422/);
    expect(serving.stderr()).toMatch(/"method":"POST","route":"\/api\/v1\/predict","status":200,"ms":\d+/);
    expect(serving.stderr()).not.toContain('private');
  });

  test('writes no upload to the disk', () => {
    // tsx, which compiles the sources in the tests, keeps a cache there.
    expect(readdirSync(tmp).filter((name) => !name.startsWith('tsx'))).toEqual([]);
  });

  test('says so if the port is taken', async () => {
    const { port } = new URL(serving.url);
    const { code, stderr } = await runSer(['serve', '--port', port, '--workers', '1']);
    expect(code).toBe(2);
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is taken`);
    expect(stderr).toContain('--port');
  });

  test('ends on SIGTERM once what is under way is answered, with exit code 0', async () => {
    const long = predict(buzz(15), 'long.wav', '?gender=male&window=0.5&hop=0.1');
    const inFlight = async () => (await (await fetch(`${serving.url}/metrics`)).text()).match(/in_flight (\d)/)?.[1];
    await expect.poll(inFlight, { timeout: 60_000 }).toBe('1');
    serving.child.kill('SIGTERM');
    const answered = await long;
    expect(answered.status).toBe(200);
    expect(((await answered.json()) as { results: { timeline: unknown[] }[] }).results[0].timeline.length).toBe(146);
    expect(await serving.code).toBe(0);
    await expect(fetch(`${serving.url}/api/v1/health`)).rejects.toThrow();
  });

  test('--help shows every option with its default', async () => {
    const { stdout } = await runSer(['serve', '--help'], { COLUMNS: '200' });
    const names = Object.keys(SERVE_DEFAULTS).map((name) =>
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    );
    const options = names.map((name) => (name === 'allowed-hosts' ? 'allowed-host' : name));
    for (const name of [...options, 'token', 'open', 'models', 'gender-model']) expect(stdout).toContain(`--${name}`);
    for (const value of [SERVE_DEFAULTS.port, SERVE_DEFAULTS.maxMb, SERVE_DEFAULTS.maxSeconds, ...LOG_LEVELS]) {
      expect(stdout).toContain(String(value));
    }
  });
});
