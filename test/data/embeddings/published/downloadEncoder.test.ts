import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  downloadEncoder,
  type DownloadEncoderOptions,
  publishedEncoder,
} from '../../../../src/data/embeddings/published/downloadEncoder.ts';
import { PUBLISHED_ENCODERS, type PublishedEncoder } from '../../../../src/data/embeddings/published/encoders.ts';
import { checkPins, readPins } from '../../../../src/data/embeddings/published/pins.ts';
import { createOnnxGraph } from '../../../../src/onnx/graph.ts';
import { sha256 } from '../../../../src/sha256.ts';
import { type ArchiveServer, type Behaviour, serveArchive } from '../../archiveServer.ts';
import { buildZip } from '../../zip.ts';

/** A graph of 400 kB. */
function onnx(fill: number): Uint8Array {
  const graph = createOnnxGraph('encoder');
  const weights = graph.constant('weights', [100_000], new Float32Array(100_000).fill(fill));
  graph.output(graph.node('Add', [graph.input('x', [1]), weights]), 'y', [100_000]);
  return new Uint8Array(graph.toBytes({}, '1'));
}

const model = onnx(1);
const settings = new TextEncoder().encode('{"do_normalize": true}');
const FILES = { 'onnx/model.onnx': model, 'preprocessor_config.json': settings };

let root: string;
let folder: string;
let server: ArchiveServer;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ser-encoders-'));
  folder = join(root, 'some-encoder');
  vi.stubEnv('SER_ENCODERS', root);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
  await server?.close();
});

async function encoderOn(
  files: Record<string, Uint8Array>,
  behave: (request: number) => Behaviour = () => ({}),
  more: Partial<PublishedEncoder> = {},
): Promise<PublishedEncoder> {
  server = await serveArchive(files, behave);
  const source = server.url;
  return {
    ...publishedEncoder('whisper-tiny'),
    name: 'some-encoder',
    files: [
      { path: 'preprocessor_config.json', as: 'preprocessor_config.json', source },
      { path: 'onnx/model.onnx', as: 'model.onnx', source, megabytes: 0.4 },
    ],
    ...more,
  };
}

const download = (encoder: PublishedEncoder, options: DownloadEncoderOptions = {}) =>
  downloadEncoder(encoder, { backoff: 1, attempts: 2, ...options });

test('an encoder arrives with its settings and the checksums of both', async () => {
  const progress: string[] = [];
  const encoder = await encoderOn(FILES);
  const fetched = await download(encoder, {
    onProgress: ({ as }, received, total) => received === total && progress.push(as),
  });
  expect(readdirSync(root)).toEqual(['some-encoder']);
  expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'pins.json', 'preprocessor_config.json']);
  expect(readFileSync(join(folder, 'model.onnx')).equals(model)).toBe(true);
  expect(fetched).toMatchObject({ model: join(folder, 'model.onnx'), isOld: false });
  expect(readPins(folder)?.files).toEqual({
    'model.onnx': { bytes: model.length, sha256: sha256(model), from: `${server.url}onnx/model.onnx` },
    'preprocessor_config.json': {
      bytes: settings.length,
      sha256: sha256(settings),
      from: `${server.url}preprocessor_config.json`,
    },
  });
  expect([...new Set(progress)]).toEqual(['preprocessor_config.json', 'model.onnx']);
});

test('the folder appears once everything is there; the next run continues', async () => {
  const encoder = await encoderOn(FILES, (n) => (n === 1 ? { breakAfter: 150_000 } : n === 2 ? { status: 404 } : {}));
  await expect(download(encoder)).rejects.toThrow(/response was 404/);
  expect(existsSync(folder)).toBe(false);
  await download(encoder);
  expect(readFileSync(join(folder, 'model.onnx')).equals(model)).toBe(true);
  // What had arrived but was not yet read when the connection broke may be lost.
  expect(server.seen.at(-1)).toEqual({ range: expect.stringMatching(/^bytes=[1-9]\d*-$/), ifRange: '"v1"' });
});

test('a complete encoder is checked, and nothing is fetched', async () => {
  const encoder = await encoderOn(FILES);
  await download(encoder);
  const requests = server.seen.length;
  expect(await download(encoder)).toMatchObject({ isOld: true });
  expect(server.seen).toHaveLength(requests);
});

test('a damaged file is fetched again', async () => {
  const encoder = await encoderOn(FILES);
  await download(encoder);
  writeFileSync(join(folder, 'model.onnx'), model.subarray(0, 1000));
  expect(await download(encoder)).toMatchObject({ isOld: false });
  expect(readFileSync(join(folder, 'model.onnx')).equals(model)).toBe(true);
});

test('after the first download the file on the server may not be another one', async () => {
  const encoder = await encoderOn(FILES);
  await download(encoder);
  writeFileSync(join(folder, 'model.onnx'), 'damaged');
  await server.close();
  const changed = await encoderOn({ ...FILES, 'onnx/model.onnx': onnx(2) });
  await expect(download(changed)).rejects.toThrow(new RegExp(`does not match its checksum: .* instead of ${sha256(model)}`)); // prettier-ignore
  expect(readFileSync(join(folder, 'model.onnx'), 'utf8')).toBe('damaged');
});

test('a checksum in the list holds for the first download too', async () => {
  const wrong = 'ab'.repeat(32);
  const encoder = await encoderOn(FILES);
  const [first, second] = encoder.files;
  await expect(download({ ...encoder, files: [first, { ...second, sha256: wrong }] })).rejects.toThrow(
    new RegExp(`SHA256 ${sha256(model)} instead of ${wrong}`),
  );
  expect(existsSync(folder)).toBe(false);
});

describe('what is not the published file is refused and not kept', () => {
  const page = new TextEncoder().encode('<html>Sign in to the network</html>');

  test.each([
    ['a page instead of a graph', { ...FILES, 'onnx/model.onnx': page }, /is of another kind .*model\.onnx is not an ONNX/], // prettier-ignore
    [
      'an empty graph',
      { ...FILES, 'onnx/model.onnx': new Uint8Array(createOnnxGraph('empty').toBytes({})) },
      /is of another kind/,
    ],
    ['a page instead of settings', { ...FILES, 'preprocessor_config.json': page }, /is of another kind .*not JSON/],
  ])('%s', async (_what, files, message) => {
    const encoder = await encoderOn(files);
    const [first, second] = encoder.files;
    await expect(download({ ...encoder, files: [first, { ...second, megabytes: undefined }] })).rejects.toThrow(message); // prettier-ignore
    expect(readdirSync(root)).toEqual([]);
  });

  test('a file of another size than the publisher states', async () => {
    const encoder = await encoderOn({ ...FILES, 'onnx/model.onnx': page });
    await expect(download(encoder)).rejects.toThrow(/model\.onnx has 0\.0 MB instead of 0\.4; .*Nothing was kept/);
    expect(readdirSync(root)).toEqual([]);
  });

  test('less than the server announced', async () => {
    const lie = { headers: { 'content-length': `${2 * model.length}` }, breakAfter: model.length };
    const encoder = await encoderOn(FILES, (n) => (n === 0 ? {} : lie));
    await expect(download(encoder)).rejects.toThrow(/gave up after 2 attempts/);
    expect(existsSync(folder)).toBe(false);
  });
});

test('a graph in an archive is unpacked; settings that are published nowhere are written beside it', async () => {
  const archive = buildZip([
    { name: 'model.onnx', body: model },
    { name: 'model.yaml', body: new TextEncoder().encode('signal: {}') },
  ]);
  const encoder = await encoderOn({ 'encoder.zip': archive }, undefined, { settings: { do_normalize: false } });
  const files = [{ path: 'encoder.zip', as: 'model.onnx', source: server.url, member: 'model.onnx' }];
  await download({ ...encoder, files });
  expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'pins.json', 'preprocessor_config.json']);
  expect(JSON.parse(readFileSync(join(folder, 'preprocessor_config.json'), 'utf8'))).toEqual({ do_normalize: false });
  expect(readPins(folder)?.files['model.onnx']).toMatchObject({ sha256: sha256(model), archive: sha256(archive) });
  expect(await download({ ...encoder, files })).toMatchObject({ isOld: true });
});

test('a mirror has the same paths', async () => {
  const encoder = await encoderOn(FILES);
  const files = encoder.files.map((file) => ({ ...file, source: { repository: 'x/y', revision: 'z' } }));
  const { files: pins } = await download({ ...encoder, files }, { baseUrl: server.url.slice(0, -1) });
  expect(pins['model.onnx'].from).toBe(`${server.url}onnx/model.onnx`);
});

test('HF_ENDPOINT names a mirror of the hub', async () => {
  const at = 'x/y/resolve/z';
  const encoder = await encoderOn(
    Object.fromEntries(Object.entries(FILES).map(([path, content]) => [`${at}/${path}`, content])),
  );
  vi.stubEnv('HF_ENDPOINT', server.url);
  const files = encoder.files.map((file) => ({ ...file, source: { repository: 'x/y', revision: 'z' } }));
  const { files: pins } = await download({ ...encoder, files });
  expect(pins['model.onnx'].from).toBe(`${server.url}${at}/onnx/model.onnx`);
});

test.each([
  ['speech-embedding', /ships with this toolkit/],
  ['moonshine', /ships with this toolkit/],
  ['distilhubert', /cannot be downloaded: .*optimum-cli export onnx/],
])('%s is not downloaded, and the message says why', async (name, message) => {
  await expect(download(publishedEncoder(name))).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(message),
  });
});

test('an unknown name is answered with those of the list', () => {
  expect(() => publishedEncoder('wavlm')).toThrow(/no encoder "wavlm" in the list: choose one of .*wavlm-base-plus/);
});

describe('checksums at every use', () => {
  const checked = async (): Promise<void> => {
    await download(await encoderOn(FILES));
    checkPins(join(folder, 'model.onnx'), sha256(readFileSync(join(folder, 'model.onnx'))));
  };

  test('the files as they were downloaded pass', async () => {
    await expect(checked()).resolves.toBeUndefined();
  });

  test.each(['model.onnx', 'preprocessor_config.json'])(
    'a changed %s does not, and the remedy is named',
    async (file) => {
      await checked();
      writeFileSync(join(folder, file), '{"do_normalize": false}');
      expect(() => checkPins(join(folder, 'model.onnx'), sha256(readFileSync(join(folder, 'model.onnx'))))).toThrow(
        new RegExp(`${file} is not the file that was downloaded.*ser embeddings download`),
      );
    },
  );

  test('an ONNX file of one’s own has none', () => {
    writeFileSync(join(root, 'own.onnx'), model);
    expect(() => checkPins(join(root, 'own.onnx'), 'any')).not.toThrow();
  });
});

test('the list names a version, a licence and sources for all that it states', () => {
  expect(PUBLISHED_ENCODERS.map(({ name }) => name)).toEqual([
    'speech-embedding',
    'moonshine',
    'wav2vec2-base-960h',
    'wavlm-base-plus',
    'wavlm-base-plus-int8',
    'hubert-base-ls960',
    'distilhubert',
    'whisper-tiny',
    'whisper-base',
    'w2v2-l-robust-12',
  ]);
  for (const { name, licence, best, findings, files, instead } of PUBLISHED_ENCODERS) {
    expect(name).toMatch(/^[a-z0-9-]+$/); // `+` and `#` have a meaning in names of feature sets
    expect(licence).not.toBe('');
    for (const { text, source } of [best, ...findings]) expect(Math.min(text.length, source.length)).toBeGreaterThan(4);
    for (const { source, sha256 } of files) {
      if (typeof source === 'string') expect(source).toMatch(/^https:\/\/zenodo\.org\/record\/\d+\/files\/$/);
      else expect(source.revision).toMatch(/^[0-9a-f]{40}$/);
      if (sha256 !== undefined) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(files.at(-1)?.as ?? 'model.onnx').toBe('model.onnx');
    expect(files.length > 0 || instead !== undefined || ['speech-embedding', 'moonshine'].includes(name)).toBe(true);
  }
});
