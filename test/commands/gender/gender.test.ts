import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { serveArchive } from '../../data/archiveServer.ts';
import { expectedOfSynthetic, syntheticSignal, tinyWeights } from '../../train/ecapaFixtures.ts';
import { runSer } from '../../runSer.ts';

/** `ser gender …` as a user runs it. */
const gender = (words: string[], env = {}) => runSer(['gender', ...words], env);

let folder: string;
let model: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ser-gender-'));
  model = join(folder, 'gender.onnx');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('ser gender', () => {
  test('imports weights, then classifies a folder by them; a bad file gets a row and exit code 1', async () => {
    const imported = await gender(['import', '--weights', tinyWeights, '--out', model]);
    expect(imported.code).toBe(0);
    expect(imported.stdout).toMatch(/32 channels, 96 aggregated, attention 16, embedding 24; 0\.04 million parameters/);

    writeFileSync(join(folder, 'bad.wav'), 'this is no audio');
    for (const samples of [8050, 32_000]) {
      writeFileSync(join(folder, `clip-${samples}.wav`), encodeWav(syntheticSignal(samples), 16_000));
    }
    const { code, stdout } = await gender([folder, '--model', model, '--format', 'json', '--workers', '2']);
    expect(code).toBe(1);
    const [bad, ...good] = JSON.parse(stdout) as Record<string, unknown>[];
    expect(bad.file).toBe(join(folder, 'bad.wav'));
    expect(bad.error).toMatch(/WAV, FLAC,.* can be read/);
    good.forEach((outcome, i) => {
      const samples = [32_000, 8050][i];
      const { logits } = expectedOfSynthetic[String(samples)];
      expect(Object.keys(outcome)).toEqual(['file', 'label', 'probability', 'logits', 'warnings']);
      expect(outcome).toMatchObject({ file: join(folder, `clip-${samples}.wav`), label: 'male' });
      // The file has 16 bits.
      (outcome.logits as number[]).forEach((logit, j) => expect(Math.abs(logit - logits[j])).toBeLessThan(0.01));
    });

    const one = await gender([join(folder, 'clip-8050.wav'), '--model', model, '--format', 'csv']);
    expect(one.code).toBe(0);
    expect(one.stdout.split('\n')[1]).toMatch(/clip-8050\.wav,male,0\.\d+,-0\.\d+,-0\.\d+,.*,$/);
  });

  test('says what is wrong with weights, models and paths', async () => {
    const short = join(folder, 'short.safetensors');
    writeFileSync(short, readFileSync(tinyWeights).subarray(0, 100_000));
    const cut = await gender(['import', '--weights', short, '--out', join(folder, 'none.onnx')]);
    expect(cut).toMatchObject({ code: 1, stdout: '' });
    expect(cut.stderr).toMatch(/error: .*short\.safetensors.* tensor "layer2\.bn3\.running_var" ends.*cut short/);

    const foreign = await gender(['data/demo/male.wav', '--model', 'package.json']);
    expect(foreign).toMatchObject({ code: 1, stdout: '' });
    expect(foreign.stderr).toMatch(/error: package\.json is not an ONNX file/);

    expect((await gender([join(folder, 'nothing.wav')])).code).toBe(2);
    expect((await gender(['import', '--out', model])).code).toBe(2);
  });

  test('downloads from the mirror that HF_ENDPOINT or --base-url names', async () => {
    const server = await serveArchive({}, () => ({ status: 403 }));
    const out = join(folder, 'published.onnx');
    const path =
      'JaesungHuh/voice-gender-classifier/resolve/db1222153bd60337e900be22add7af180452adc0/model.safetensors';
    const mirror = await gender(['download', '--out', out], { HF_ENDPOINT: server.url });
    expect(mirror.code).toBe(1);
    expect(mirror.stderr).toContain(`error: ${server.url}${path}: the server's response was 403`);
    const given = await gender(['download', '--out', out, '--base-url', `${server.url}here`]);
    expect(given.stderr).toContain(`error: ${server.url}here/model.safetensors: the server's response was 403`);
    await server.close();
  });
});
