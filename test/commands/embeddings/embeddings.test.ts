import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/sha256.ts';
import { type ArchiveServer, serveArchive } from '../../data/archiveServer.ts';
import { buildZip } from '../../data/zip.ts';
import { runSer } from '../../runSer.ts';

const NAME = 'w2v2-l-robust-12';
const ARCHIVE = 'w2v2-L-robust-12.6bc4a7fd-1.1.0.zip';

const model = new Uint8Array(readFileSync('test/fixtures/encoders/wav2vec2-base/model.onnx'));

let root: string;
let server: ArchiveServer;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ser-embeddings-'));
  server = await serveArchive({ [ARCHIVE]: buildZip([{ name: 'model.onnx', body: model }]) });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

const embeddings = (words: string, folder = root) => runSer(['embeddings', ...words.split(' ')], { SER_ENCODERS: folder }); // prettier-ignore

describe('list', () => {
  test('gives source, version, size, licence, frames, best layer and expectations of every encoder', async () => {
    const { code, stdout } = await embeddings('list');
    expect(code).toBe(0);
    const [, wavlm] = /^wavlm-base-plus \(not downloaded\)\n((?: {2}.*\n)+)/m.exec(stdout)!;
    expect(wavlm).toMatch(/source +https:\/\/huggingface\.co\/Xenova\/wavlm-base-plus\/resolve\/[0-9a-f]{40}\/onnx\/model\.onnx\n/); // prettier-ignore
    expect(wavlm).toMatch(/size +378 MB; checksum remembered at the first download\n/);
    expect(wavlm).toMatch(/licence +\S/);
    expect(wavlm).toMatch(/frames +768 values, 50 a second, of the samples; 12 transformer layers\n/);
    expect(wavlm).toMatch(/best layer +a middle one.*arXiv:2308\.08713/);
    expect(wavlm).toMatch(/expect +UAR 63\.06 % frozen.*PEFT-SER/);
    expect(stdout).toMatch(/^speech-embedding \(ships with this toolkit\)$/m);
    expect(stdout).not.toMatch(/emotion2vec/);
  });

  test('gives one as JSON', async () => {
    const { stdout } = await embeddings('list whisper-tiny --json');
    const [one, ...others] = JSON.parse(stdout) as Record<string, unknown>[];
    expect(others).toEqual([]);
    expect(one).toMatchObject({ name: 'whisper-tiny', input: 'log-mel', dimensions: 384, state: 'not downloaded' });
  });

  test('answers an unknown name with the names that there are, and exit code 2', async () => {
    const { code, stderr } = await embeddings('list wavlm');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: There is no encoder "wavlm" in the list: choose one of speech-embedding, .*whisper-base/); // prettier-ignore
  });
});

describe('download', () => {
  test('fetches, then checks, then mends', async () => {
    const path = join(root, NAME, 'model.onnx');
    const download = (more = '') => embeddings(`download ${NAME} --base-url ${server.url}${more}`);
    const first = await download();
    expect(first.code).toBe(0);
    expect(first.stdout).toBe(`${path}: downloaded, 0.1 MB, SHA-256 ${sha256(model)}\n`);
    expect(first.stderr).toMatch(/licence CC BY-NC-SA 4\.0: no commercial use/);
    expect((await embeddings(`list ${NAME}`)).stdout).toMatch(`(downloaded: ${path})`);

    const extracted = await embeddings(`extract data/demo/male.wav --features ${NAME}#2-functionals`);
    expect(extracted.stdout).toMatch(/^file,layer2_0_mean,/);

    const second = await download(' --json');
    expect(JSON.parse(second.stdout)).toMatchObject({ name: NAME, model: path, isOld: true });
    expect(server.seen).toHaveLength(1);

    writeFileSync(path, 'damaged');
    expect((await download()).stdout).toMatch(/model\.onnx: downloaded/);
    expect(readFileSync(path).equals(model)).toBe(true);
  });

  test('says what the server answers, and writes nothing, with exit code 1', async () => {
    const folder = join(root, 'other');
    const { code, stderr } = await embeddings(`download whisper-tiny --base-url ${server.url}`, folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*preprocessor_config\.json: the server's response was 404.*--base-url/);
    expect(existsSync(join(folder, 'whisper-tiny'))).toBe(false);
  });

  test('says how to obtain an encoder that nobody publishes', async () => {
    const { code, stderr } = await embeddings('download distilhubert');
    expect(code).toBe(2);
    expect(stderr).toMatch(/distilhubert cannot be downloaded: .*optimum-cli export onnx --model ntu-spml\/distilhubert/); // prettier-ignore
  });
});

describe('inspect', () => {
  const FILE = 'test/fixtures/encoders/wav2vec2-large/model.onnx';

  test('says what a file takes and gives', async () => {
    const { code, stdout } = await embeddings(`inspect ${FILE} --layer 2`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ {2}SHA-256 +[0-9a-f]{64}\n/);
    expect(stdout).toMatch(/ {2}takes +samples at 16 kHz, scaled to zero mean and unit variance, with an attention mask, at most 30 s at once\n/); // prettier-ignore
    expect(stdout).toMatch(/ {2}layers +1 to 3\n/);
    expect(stdout).toMatch(/ {2}frames +16 values of \S+, 50\.0 a second\n/);
    expect(stdout).toMatch(`  feature sets  onnx:${FILE}#2, onnx:${FILE}#2-functionals`);
  });

  test('gives the same as JSON', async () => {
    const { stdout } = await embeddings('inspect test/fixtures/encoders/whisper/model.onnx --json');
    expect(JSON.parse(stdout)).toMatchObject({ input: 'log-mel', bands: 80, isFixed: true, layers: [1, 2, 3] });
  });

  test.each([
    ['data/demo/male.wav', /male\.wav.*ONNX/],
    ['models/speech/speech.onnx', /an encoder takes a waveform/],
    ['nowhere.onnx', /nowhere\.onnx: there is no such encoder/],
  ])('refuses %s with exit code 1', async (path, message) => {
    const { code, stderr } = await embeddings(`inspect ${path}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

test('extract prints the values of the shipped encoder', async () => {
  const { code, stdout } = await embeddings('extract data/demo/male.wav');
  const [head, row] = stdout.trim().split('\n');
  expect(code).toBe(0);
  expect(head.split(',')).toHaveLength(1 + 1728);
  expect(row.split(',').slice(1).map(Number).every(Number.isFinite)).toBe(true);
});
