import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GENDERS } from '../../../src/data/clip.ts';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { analyseClip, createClipPool } from '../../../src/serve/predict/analyseClip.ts';
import { predict } from '../../../src/serve/library/predict.ts';
import { type EmotionModels, loadEmotionModels } from '../../../src/serve/predict/emotionModels.ts';
import { predictClips, predictEach } from '../../../src/serve/predict/predictClips.ts';
import { importEcapa } from '../../../src/train/gender/ecapa/importEcapa.ts';
import { tinyWeights } from '../../train/ecapaFixtures.ts';
import { voice } from '../voice.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-emotion-models-'));
const genderModel = join(folder, 'tiny.onnx');
const clips = ['short', 'long', 'bad'].map((name) => join(folder, `${name}.wav`));
let models: EmotionModels;

beforeAll(async () => {
  for (const gender of GENDERS) cpSync(join('models', 'reference', gender), join(folder, gender), { recursive: true });
  // Any model will do for one that is told to be trained on all voices.
  cpSync(join('models', 'reference', 'female'), join(folder, 'pooled'), { recursive: true });
  const bundle = join(folder, 'pooled', 'bundle.json');
  writeFileSync(bundle, readFileSync(bundle, 'utf8').replace('"gender": "female"', '"gender": "combined"'));
  writeFileSync(clips[0], encodeWav(await voice(16_000), 16_000));
  writeFileSync(clips[1], encodeWav(await voice(40_000), 16_000));
  writeFileSync(clips[2], 'this is no audio');
  await importEcapa(tinyWeights, genderModel);
  models = await loadEmotionModels({ models: folder, genderModel });
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('emotion models', () => {
  test('hard: the more probable gender decides; soft: both, mixed by the probability of the gender', async () => {
    const analysis = await analyseClip({ file: clips[0], ...models.needs() });
    const { label, probability } = analysis.voice!;
    const [male, female, hard, soft] = [
      { gender: 'male' } as const,
      { gender: 'female' } as const,
      { routing: 'hard' } as const,
      { routing: 'soft' } as const,
    ].map((choice) => models.predict(analysis, choice));
    const own = { male, female };

    expect(hard).toEqual({
      ...own[label],
      gender: label,
      genderProbability: probability,
      genderSource: 'tiny.onnx',
      routing: 'hard',
    });
    expect(soft).toMatchObject({ gender: label, genderProbability: probability, routing: 'soft' });
    const weight = label === 'male' ? probability : 1 - probability;
    expect(weight).toBeLessThan(0.9); // else the test would tell little
    for (const emotion of ravdess.labels) {
      const mixed = weight * male.probabilities[emotion] + (1 - weight) * female.probabilities[emotion];
      expect(soft.probabilities[emotion]).toBeCloseTo(mixed, 6);
    }
    expect(soft.confidence).toBe(Math.max(...Object.values(soft.probabilities)));
    expect(soft.probabilities[soft.emotion!]).toBe(soft.confidence);
  });

  test('auto, the default: both, mixed, where the gender is less probable than .9; else the one model', async () => {
    const analysis = await analyseClip({ file: clips[0], ...models.needs() });
    const withProbability = (probability: number) => ({ ...analysis, voice: { ...analysis.voice!, probability } });
    const answer = (probability: number, routing?: 'hard' | 'soft') =>
      models.predict(withProbability(probability), { routing });
    expect(answer(0.89)).toEqual({ ...answer(0.89, 'soft'), routing: 'auto' });
    expect(answer(0.9)).toEqual({ ...answer(0.9, 'hard'), routing: 'auto' });
    expect(answer(0.89).probabilities).not.toEqual(answer(0.9).probabilities);
  });

  test('a given gender and the pooled model need no gender model, and say so', async () => {
    expect(models.needs({ gender: 'male' })).toEqual({ featureSet: 'librosa186' });
    expect(models.needs({ routing: 'pooled' })).toEqual({ featureSet: 'librosa186' });
    expect(models.needs({ routing: 'soft' })).toEqual({ featureSet: 'librosa186', genderModel });

    const analysis = await analyseClip({ file: clips[0], featureSet: 'librosa186' });
    const given = models.predict(analysis, { gender: 'female', routing: 'soft' });
    expect(given).toMatchObject({
      gender: 'female',
      genderProbability: null,
      genderSource: 'option',
      routing: 'given',
    });
    const pooled = models.predict(analysis, { routing: 'pooled' });
    expect(pooled).toMatchObject({ gender: null, genderProbability: null, genderSource: 'none', routing: 'pooled' });
    expect(pooled.probabilities).toEqual(given.probabilities); // it is a copy of the female model here
    expect(() => models.predict(analysis)).toThrow(/without the gender of its voice/);
    expect(() => models.predict({ seconds: 1 }, { gender: 'male' })).toThrow(/without its features/);
    expect(() => models.predict(analysis, { gender: 'male', routing: 'pooled' })).toThrow(/not both/);
  });

  test('only what is wanted is loaded; what is missing or not what it should be is said', async () => {
    const male = await loadEmotionModels({ models: folder, load: ['male'], genderModel: join(folder, 'none.onnx') });
    expect(male.loaded).toEqual(['male']);
    expect(() => male.predict({ seconds: 1, vector: new Float64Array(186) }, { gender: 'female' })).toThrow(
      /female model is not loaded; these are: male/,
    );
    const load = ['male', 'female'] as const;
    await expect(loadEmotionModels({ models: folder, load, genderModel: join(folder, 'none.onnx') })).rejects.toThrow(
      /none\.onnx: the gender model cannot be read/,
    );
    await expect(loadEmotionModels({ models: 'test', load: ['pooled'] })).rejects.toThrow(
      /no pooled model.*`ser train pooled`/,
    );
    const swapped = mkdtempSync(join(folder, 'swapped-'));
    cpSync(join('models', 'reference', 'male'), join(swapped, 'female'), { recursive: true });
    await expect(loadEmotionModels({ models: swapped, load: ['female'] })).rejects.toThrow(/clips of male voices/);
  });

  test('a signal, its file, its bytes, alone or among others on two threads, are predicted alike', async () => {
    const choice = { routing: 'soft' } as const;
    const alone = await predictClips([clips[1]], models, choice);
    const many = await predictClips([...clips].reverse(), models, { ...choice, workers: 2 });
    expect(many.map(({ file }) => file)).toEqual([...clips].reverse());
    expect(many[0]).toEqual({ file: clips[2], error: expect.stringMatching(/bad\.wav: it is not an audio file/) });
    expect(alone).toEqual([many[1]]);
    const { id2label, ...prediction } = await predict(await loadAudio(clips[1]), { models, ...choice });
    expect(id2label).toEqual(models.id2label);
    expect(many[1]).toEqual({ ...prediction, file: clips[1] });

    const pool = createClipPool(1);
    const analysis = await pool.run({ file: 'upload', bytes: readFileSync(clips[1]), ...models.needs(choice) });
    expect(prediction).toMatchObject(models.predict(analysis, choice));
    expect(analysis.seconds).toBe(2.5);
    await expect(pool.run({ file: 'upload', bytes: readFileSync(clips[1]), maxSeconds: 2 })).rejects.toThrow(
      /upload: it is longer than the limit of 2 s/,
    );
    await pool.close();
  });

  test('threads start from the models in memory, whatever has become of their files', async () => {
    const path = join(folder, 'goes.onnx');
    cpSync(genderModel, path);
    const own = await loadEmotionModels({ models: folder, genderModel: path });
    const fingerprint = own.fingerprint();
    writeFileSync(path, 'damaged');
    const pool = createClipPool(1, { files: own.files });
    const analysis = await pool.run({ file: clips[0], ...own.needs() });
    await pool.close();
    expect(analysis.voice).toEqual((await analyseClip({ file: clips[0], ...models.needs() })).voice);
    expect((await predictClips(clips.slice(0, 2), own, { workers: 2 })).map((one) => 'error' in one)).toEqual([
      false,
      false,
    ]);
    expect(own.fingerprint()).toBe(fingerprint);
  });

  test('a timeline: each window as if it were a clip of its own, but for the gender, which is that of the whole', async () => {
    const job = { file: clips[1], ...models.needs(), windows: { window: 1, hop: 0.75, beyond: 2 } };
    const choice = { routing: 'hard' } as const;
    const { timeline, gender, ...whole } = models.predict(await analyseClip(job), choice);
    const alone = models.predict(await analyseClip({ ...job, windows: undefined }), choice);
    expect({ gender, ...whole }).toMatchObject({ gender: alone.gender, emotion: alone.emotion });
    expect(timeline!.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [0.75, 1.75],
      [1.5, 2.5],
    ]);
    const signal = await loadAudio(clips[1]);
    for (const { start, end, emotion, probabilities } of timeline!) {
      const part = await predict(signal.slice(16_000 * start, 16_000 * end), { models, gender: gender! });
      expect(emotion).toBe(part.emotion);
      for (const one of ravdess.labels) expect(probabilities[one]).toBeCloseTo(part.probabilities[one], 5);
    }
    expect((await analyseClip({ ...job, windows: { beyond: 2.5 } })).windows).toBeUndefined();
  });

  test('outcomes can be taken one at a time, and the rest left', async () => {
    for await (const outcome of predictEach([...clips, ...clips], models, { gender: 'male', workers: 1 })) {
      expect(outcome).toMatchObject({ file: clips[0], gender: 'male', routing: 'given' });
      break;
    }
  });
});
