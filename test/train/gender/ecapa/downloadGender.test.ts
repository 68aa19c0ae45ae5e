import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  downloadGender,
  type DownloadGenderOptions,
  publishedGenderUrl,
} from '../../../../src/train/gender/ecapa/downloadGender.ts';
import { importEcapa } from '../../../../src/train/gender/ecapa/importEcapa.ts';
import { type ArchiveServer, type Behaviour, serveArchive } from '../../../data/archiveServer.ts';
import { tinyWeights } from '../../ecapaFixtures.ts';

const weights = readFileSync(tinyWeights);
const damaged = Buffer.from(weights);
damaged[100_000] ^= 1;
const sha256 = createHash('sha256').update(weights).digest('hex');
const published = { file: 'model.safetensors', bytes: weights.length, sha256 };

let folder: string;
let out: string;
let server: ArchiveServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ser-gender-'));
  out = join(folder, 'gender.onnx');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
const serve = async (behave?: (request: number) => Behaviour): Promise<ArchiveServer> =>
  (server = await serveArchive({ [published.file]: weights }, behave));
const download = (options: DownloadGenderOptions = {}) =>
  downloadGender(out, { baseUrl: server.url, published, backoff: 1, ...options });

describe('the published weights', () => {
  test('are fetched, checked and made into the model that an import makes of them', async () => {
    await serve();
    const imported = await download();
    expect(imported.source).toBe(`gender.safetensors (sha256 ${sha256})`);
    expect(readdirSync(folder)).toEqual(['gender.onnx']);
    await importEcapa(tinyWeights, join(folder, 'by-hand.onnx'));
    // But for the hash, and the name of the file, in their metadata they are the same.
    const model = (path: string) => readFileSync(path).toString('latin1').split('sha256')[0];
    expect(model(out).length).toBeGreaterThan(150_000);
    expect(model(out) === model(join(folder, 'by-hand.onnx'))).toBe(true);
  });

  test('are fetched on from where the connection broke', async () => {
    await serve((request) => (request === 0 ? { breakAfter: 70_000 } : {}));
    await download();
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=70000-']);
  });

  test('are fetched on by the next run', async () => {
    await serve((request) => (request === 0 ? { breakAfter: 70_000 } : request === 1 ? { status: 404 } : {}));
    await expect(download()).rejects.toThrow(/response was 404/);
    expect(readdirSync(folder)).toEqual(['gender.safetensors.partial', 'gender.safetensors.partial.json']);
    await download();
    expect(server.seen.at(-1)?.range).toBe('bytes=70000-');
    expect(readdirSync(folder)).toEqual(['gender.onnx']);
  });

  test('are fetched from where the server sends us', async () => {
    await serve((request) => (request === 0 ? { status: 302, headers: { location: '/model.safetensors' } } : {}));
    await download({ baseUrl: `${server.url}resolve/main` });
    expect(server.seen).toHaveLength(2);
  });

  test('are refused, and no model is made, when their checksum is wrong', async () => {
    await serve(() => ({ body: damaged }));
    await expect(download()).rejects.toThrow(new RegExp(`SHA256 [0-9a-f]{64} instead of ${sha256}`));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('are not fetched if they lie there, and are kept if that is wanted', async () => {
    await serve();
    writeFileSync(join(folder, 'gender.safetensors'), weights);
    await download({ keepWeights: true });
    expect(server.seen).toEqual([]);
    expect(readdirSync(folder)).toEqual(['gender.onnx', 'gender.safetensors']);
  });

  test('are fetched anew if what lies there is something else', async () => {
    await serve();
    writeFileSync(join(folder, 'gender.safetensors'), damaged);
    await download();
    expect(server.seen).toHaveLength(1);
  });

  test('have an address on the hub, or on its mirror', async () => {
    await serve();
    const path = 'JaesungHuh/voice-gender-classifier/resolve/db1222153bd60337e900be22add7af180452adc0/';
    expect(publishedGenderUrl('https://huggingface.co')).toBe(`https://huggingface.co/${path}`);
    expect(publishedGenderUrl('http://mirror.local/hf/')).toBe(`http://mirror.local/hf/${path}`);
  });
});

test('weights that are cut short make no model', async () => {
  await serve();
  writeFileSync(join(folder, 'short.safetensors'), weights.subarray(0, 150_000));
  await expect(importEcapa(join(folder, 'short.safetensors'), out)).rejects.toThrow(
    /tensor ".+" ends at byte .* cut short/,
  );
  await expect(importEcapa(join(folder, 'none.safetensors'), out)).rejects.toThrow(/cannot be read/);
  expect(readdirSync(folder)).toEqual(['short.safetensors']);
});
