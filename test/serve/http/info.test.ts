import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { VERSION } from '../../../src/version.ts';
import { LABELS, MODEL_FILE } from '../shipped.ts';
import { answer, demo, startServer, type TestServer } from './testServer.ts';

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
  requestBody?: { content: object };
}
interface Document {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

/** Whether the tool is installed; in CI it has to be. */
const hasSchemathesis = !!process.env.CI || !!process.env.SER_REQUIRE_SCHEMATHESIS || spawnSync('schemathesis', ['--version']).status === 0; // prettier-ignore

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let server: TestServer;
let document: Document;
beforeAll(async () => {
  const html = { type: 'text/html; charset=utf-8', body: Buffer.from('<p>the page</p>'.repeat(99)) };
  server = await startServer({ workers: 1 }, { page: new Map([['/', html]]) });
  document = (await (await server.ask('/openapi.json')).json()) as Document;
  await server.ready();
});
afterAll(() => server.close());

describe('openapi.json', () => {
  test('is whole: every reference leads somewhere, every schema is one, every operation has a name of its own', () => {
    expect(document.openapi).toMatch(/^3\.1/);
    expect(document.info.version).toBe(VERSION);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      expect(Object.keys(document.components.schemas)).toContain(reference.replace('#/components/schemas/', ''));
    }
    for (const name of Object.keys(document.components.schemas)) expect(() => compile(schemaNamed(name))).not.toThrow();
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { responses } of operations) expect(Object.keys(responses)).toContain('200');
  });

  test('documents what there is, and what it documents is there and answers as documented', async () => {
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/health',
      '/api/v1/models',
      '/api/v1/predict',
      '/api/v1/ready',
      '/metrics',
    ]);
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { responses }] of Object.entries(operations)) {
        const body = method === 'post' ? new FormData() : undefined;
        body?.append('file', new Blob([demo('male')]), 'male.wav');
        const response = await server.ask(path, { method: method.toUpperCase(), body });
        expect(response.status).toBe(200);
        const [[type, { schema }]] = Object.entries(responses[200].content!);
        expect(response.headers.get('content-type')).toContain(type);
        if (type !== 'application/json') continue;
        const validate = compile(schema);
        expect(validate(await response.json()), JSON.stringify(validate.errors)).toBe(true);
      }
    }
    const { requestBody } = document.paths['/api/v1/predict'].post;
    expect(Object.keys(requestBody!.content)).toEqual(['multipart/form-data', 'audio/*', 'application/octet-stream']);
  });

  test('errors and failures are as documented too', async () => {
    const problem = compile(schemaNamed('Problem'));
    for (const asked of [server.ask('/nothing'), server.ask('/api/v1/predict?hop=0', { method: 'POST' })]) {
      expect(problem((await answer(asked)).body)).toBe(true);
    }
    const { status, body } = await answer(server.predict({ 'a.wav': new Uint8Array(3), 'b.wav': demo('male') }));
    expect(status).toBe(200);
    expect(compile(schemaNamed('Results'))(body)).toBe(true);
  });

  test('paths without a version mean version 1; another version is not there', async () => {
    expect(await (await server.ask('/api/health')).json()).toEqual(await (await server.ask('/api/v1/health')).json());
    const { status } = await server.ask('/api/predict?name=male.wav', { method: 'POST', body: demo('male'), headers: { 'content-type': 'audio/wav' } }); // prettier-ignore
    expect(status).toBe(200);
    expect((await server.ask('/api/v2/health')).status).toBe(404);
  });

  test('what is there cannot be asked otherwise', async () => {
    const { status, headers, body } = await answer(server.ask('/api/v1/predict'));
    expect({ status, allow: headers.get('allow'), code: body.error.code }).toEqual({ status: 405, allow: 'POST', code: 'method_not_allowed' }); // prettier-ignore
    expect((await server.ask('/api/v1/health', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD');
  });

  test.skipIf(!hasSchemathesis)(
    'stands what Schemathesis asks by it: valid, invalid and undocumented requests',
    async () => {
      const config = join(import.meta.dirname, '../../fixtures/schemathesis.toml');
      const words = [
        '--config-file',
        config,
        'run',
        `${server.url}/openapi.json`,
        '--max-examples',
        '25',
        '--seed',
        '1',
      ];
      const cwd = mkdtempSync(join(tmpdir(), 'ser-schemathesis-')); // it keeps what failed
      const { code, stdout } = await promisify(execFile)('schemathesis', [...words, '--no-color'], { cwd }).then(
        (said) => ({ code: 0, ...said }),
        (failed: { code: number; stdout: string }) => failed,
      );
      rmSync(cwd, { recursive: true });
      expect(code, stdout).toBe(0);
      expect(stdout).toMatch(/ Tested: 5\n/);
      const [, generated, passed] = /(\d+) generated, (\d+) passed/.exec(stdout) ?? [];
      expect(Number(generated)).toBeGreaterThan(100);
      expect(passed).toBe(generated);
    },
  );

  test('is shown by a page', async () => {
    const html = await (await server.ask('/docs')).text();
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) expect((await server.ask(path)).status).toBe(200);
    expect(html).not.toMatch(/<script>|style=/); // which the content security policy forbids
  });
});

describe('what the server says of itself', () => {
  test('models: labels, routings, and of each its protocol, figures and card', async () => {
    const { body } = await answer<{
      labels: string[];
      routings: string[];
      models: {
        name: string;
        protocol: string;
        metrics: Record<string, { uar: number }>;
        card: string;
        cardText: string;
      }[];
    }>(server.ask('/api/v1/models'));
    expect(body).toMatchObject({ labels: LABELS, sampleRate: 16_000, default: { routing: 'auto' } });
    expect(body.routings).toEqual(expect.arrayContaining(['auto', 'hard', 'soft']));
    expect(body.models.map(({ name }) => name)).toEqual(expect.arrayContaining(['male', 'female', 'gender']));
    for (const { name, card, cardText, protocol, metrics } of body.models) {
      expect(cardText).toBe(readFileSync(`models/${name}/MODEL_CARD.md`, 'utf8'));
      expect(await (await server.ask(card)).text()).toBe(cardText);
      expect(protocol).toBeTruthy();
      if (name === 'gender') continue;
      const bundle = JSON.parse(readFileSync(`models/${name}/bundle.json`, 'utf8')) as { validation: object };
      expect(metrics.validation).toEqual(bundle.validation);
      if (metrics.test) expect(cardText).toContain(metrics.test.uar.toFixed(3));
    }
    expect(body.models.find(({ name }) => name === 'male')!.metrics.test).toMatchObject({ n: expect.any(Number) });
  });

  test('figures for Prometheus: requests, clips, emotions, workers', async () => {
    const { body } = await answer<{ results: { emotion: string }[] }>(server.predict({ 'secret.wav': demo('female') }));
    const response = await server.ask('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await response.text();
    expect(text).toMatch(
      /ser_http_request_duration_seconds_count\{method="POST",route="\/api\/v1\/predict",status="200"\} \d/,
    );
    expect(text).toMatch(/ser_clip_duration_seconds_count\{outcome="ok"\} \d/);
    expect(text).toMatch(new RegExp(`ser_predictions_total\\{emotion="${body.results[0].emotion}"\\} \\d`));
    expect(text).toMatch(/process_resident_memory_bytes \d/);
    expect(text).toContain('ser_workers_idle 1');
    expect(text).not.toContain('secret');
  });

  test('every answer has the security headers, and none lets other sites in', async () => {
    for (const path of ['/', '/api/v1/health', '/docs', '/nothing', '/models/male/bundle.json']) {
      const { headers } = await server.ask(path);
      const policy = headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      // The documentation writes styles into its page, and needs no WebAssembly.
      if (path === '/docs') expect(policy).not.toContain('script-src');
      else expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
      expect(policy.includes("'unsafe-inline'")).toBe(path === '/docs');
      expect(headers.get('permissions-policy')).toContain('microphone=(self)');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('files', () => {
  test('the page, compressed where the browser likes, and not again where it has it', async () => {
    const response = await server.ask('/');
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toMatch(/^<p>the page/);
    const plain = await server.ask('/', { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const etag = response.headers.get('etag')!;
    expect((await server.ask('/', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  test('of the models what a browser computes with, byte for byte, and nothing else', async () => {
    for (const path of [
      `male/${MODEL_FILE}`,
      'female/bundle.json',
      'gender/gender.onnx',
      'speech-embedding/embedding.onnx',
      'moonshine/encoder.onnx',
    ]) {
      const response = await server.ask(`/models/${path}`);
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(readFileSync(`models/${path}`))).toBe(true);
      const etag = response.headers.get('etag')!;
      // Else `fetch` adds `Cache-Control: no-cache`, which asks for the whole file.
      const again = { headers: { 'if-none-match': etag }, cache: 'force-cache' } as const;
      expect((await server.ask(`/models/${path}`, again)).status).toBe(304);
    }
    for (const path of [
      'gender/metrics.json',
      'male/gender.onnx',
      'male/..%2f..%2fpackage.json',
      '..%2f/package.json',
    ]) {
      expect((await answer(server.ask(`/models/${path}`))).body.error.code).toBe('not_found');
    }
  });
});

const schemaNamed = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

interface Validate {
  (data: unknown): boolean;
  errors?: unknown;
}

/** With the Ajv that Fastify validates with. */
function compile(schema: object): Validate {
  const require = createRequire(createRequire(import.meta.url).resolve('@fastify/ajv-compiler'));
  const { Ajv2020 } = require('ajv/dist/2020') as {
    Ajv2020: new (options: object) => { compile(schema: object): Validate };
  };
  return new Ajv2020({ strict: false, allErrors: true }).compile({ ...schema, components: document.components });
}
