import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fileStamp } from '../../../src/data/workers/journal.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { findClips } from '../../../src/data/audio/clipFiles.ts';
import { loadEmotionModels } from '../../../src/serve/predict/emotionModels.ts';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { type ClipOutcome, predictClips } from '../../../src/serve/predict/predictClips.ts';
import { formatOutcomes } from '../../../src/serve/predict/text/predictionFormats.ts';
import { openPredictions } from '../../../src/serve/predict/predictionJournal.ts';
import { ROUTING_DEFAULT } from '../../../src/serve/predict/routingChoice.ts';
import { importEcapa } from '../../../src/train/gender/ecapa/importEcapa.ts';
import { tinyWeights } from '../../train/ecapaFixtures.ts';
import { LABELS } from '../../serve/shipped.ts';
import { runSer, startSer } from '../../runSer.ts';

/** `ser predict …` as a user runs it. */
const predict = (...words: string[]) => runSer(['predict', ...words]);

let folder: string;
let genderModel: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ser-predict-'));
  genderModel = join(mkdtempSync(join(folder, '.model-')), 'tiny.onnx');
  await importEcapa(tinyWeights, genderModel);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('ser predict', () => {
  test('predicts a folder with the shipped models, and names the gender model and the routing', async () => {
    const words = ['data/demo', '--gender-model', genderModel, '--routing', 'soft', '--format', 'json'];
    const { code, stdout } = await predict(...words);
    const outcomes = JSON.parse(stdout) as Exclude<ClipOutcome, { error: string }>[];
    expect(code).toBe(0);
    expect(outcomes.map(({ file }) => file)).toEqual(
      ['female-excited', 'female', 'male'].map((name) => join('data', 'demo', `${name}.wav`)),
    );
    for (const { genderProbability, genderSource, routing, probabilities, emotion, confidence } of outcomes) {
      expect({ genderSource, routing }).toEqual({ genderSource: 'tiny.onnx', routing: 'soft' });
      expect(genderProbability).toBeGreaterThanOrEqual(0.5);
      expect(Object.keys(probabilities)).toEqual(LABELS);
      const values = Object.values(probabilities);
      expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      expect(confidence).toBe(Math.max(...values));
      expect(probabilities[emotion!]).toBe(confidence);
    }
  });

  test('takes the shipped gender model and the default routing where nothing is said', async () => {
    const { stdout } = await predict('data/demo/male.wav', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject([
      { gender: 'male', genderSource: 'gender.onnx', routing: ROUTING_DEFAULT },
    ]);
  });

  test('bad clips get a row with their error and exit code 1; the good ones are predicted all the same', async () => {
    writeFileSync(join(folder, 'text.wav'), 'this is no audio');
    writeFileSync(join(folder, 'empty.wav'), '');
    writeFileSync(join(folder, 'silence.wav'), encodeWav(new Float32Array(16_000), 16_000));
    writeFileSync(join(folder, 'good.wav'), readFileSync('data/demo/male.wav'));
    const out = join(folder, 'result.csv');
    const { code, stderr } = await predict(folder, '--gender-model', genderModel, '--format', 'csv', '--out', out);
    expect(code).toBe(1);
    expect(stderr).toContain(`passed over: 1 empty file: ${join(folder, 'empty.wav')}\n`);
    expect(stderr).toContain('2 of 3 clips predicted');
    const [header, ...rows] = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(header).toMatch(/^Filename,Gender,Predicted Emotion,/);
    const rowOf = (name: string) => rows.find((row) => row.startsWith(join(folder, name)))!;
    expect(rowOf('good.wav')).toMatch(/\.wav,(male|female),[a-z]+,(1|0\.\d+),/);
    expect(rowOf('silence.wav')).toMatch(/\.wav,(male|female),,,\d.*Silence, or nearly so/);
    expect(rowOf('empty.wav')).toBeUndefined();
    expect(rowOf('text.wav')).toMatch(/,,.*WAV, FLAC,.* can be read/);
  });

  test('takes the gender that it is told', async () => {
    const { stdout } = await predict('data/demo/male.wav', '--gender', 'female', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject([{ gender: 'female', genderSource: 'option' }]);
  });

  test('an interrupted folder goes on where it stopped, and comes to the same result', async () => {
    const out = join(folder, 'resumed.csv');
    const models = await loadEmotionModels({ load: ['male'] });
    const outcomes = await predictClips(findClips(['data/demo']).clips, models, { gender: 'male' });
    // What a run leaves that was killed after its second clip.
    const kept = openPredictions(`${out}.journal`, models, { gender: 'male' });
    for (const outcome of outcomes.slice(0, 2) as ClipResult[])
      kept.add(outcome.file, fileStamp(outcome.file), outcome);
    const { stderr } = await predict('data/demo', '--gender', 'male', '--format', 'csv', '--out', out);
    expect(stderr).toMatch(/3 of 3 clips predicted .* 2 of them by an earlier run/);
    expect(readFileSync(out, 'utf8')).toBe(formatOutcomes(outcomes, 'csv'));
    expect(existsSync(`${out}.journal`)).toBe(false);
  });

  test('sums up a folder, and draws how often each emotion was predicted', async () => {
    const chart = join(folder, 'emotions.svg');
    const { stderr } = await predict('data/demo', '--gender', 'female', '--chart', chart);
    expect(stderr).toMatch(/3 of 3 clips predicted in .* \([\d.]+ a second\)/);
    const counts = LABELS.map((emotion) => Number(new RegExp(`^${emotion} +(\\d+)`, 'm').exec(stderr)![1]));
    expect(counts.reduce((a, b) => a + b)).toBe(3);
    expect(readFileSync(chart, 'utf8')).toMatch(/^<svg/);
    const wrong = await predict('data/demo', '--chart', 'emotions.pdf');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('.svg or a .png')]);
  });

  test('--watch predicts what is there, and each file that is put there, until Ctrl-C', async () => {
    const inbox = mkdtempSync(join(folder, 'inbox-'));
    copyFileSync('data/demo/male.wav', join(inbox, 'first.wav'));
    const out = join(folder, 'watched.csv');
    const ser = startSer(['predict', inbox, '--watch', '--gender', 'male', '--format', 'csv', '--out', out]);
    const filesIn = () => (existsSync(out) ? readFileSync(out, 'utf8').trimEnd().split('\n').slice(1) : []);
    await vi.waitFor(() => expect(ser.stderr()).toContain('watching'), { timeout: 50_000, interval: 50 });
    expect(filesIn()).toHaveLength(1);
    writeFileSync(join(inbox, 'bad.wav'), 'no audio');
    copyFileSync('data/demo/female.wav', join(inbox, 'second.wav'));
    await vi.waitFor(() => expect(filesIn()).toHaveLength(3), { timeout: 50_000, interval: 50 });
    expect(filesIn().map((row) => row.split(',')[0])).toEqual(
      expect.arrayContaining(['first', 'second', 'bad'].map((name) => join(inbox, `${name}.wav`))),
    );
    ser.kill('SIGINT');
    expect(await ser.code).toBe(1); // for the bad one
    expect(ser.stderr()).toContain('2 of 3 clips predicted');
    expect(ser.stderr()).toMatch(/1 not predicted:\n.*bad\.wav: /);
  });

  test('a path that is not there is wrong usage', async () => {
    const { code, stderr } = await predict(join(folder, 'nothing.wav'));
    expect(code).toBe(2);
    expect(stderr).toContain('there is no such file');
  });

  test('so are a gender and the pooled model at once', async () => {
    const both = await predict('data/demo/male.wav', '--gender', 'male', '--routing', 'pooled');
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('not both');
  });
});
