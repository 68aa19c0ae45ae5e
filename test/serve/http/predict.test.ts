import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readRecording } from '../../../src/data/audio/read.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import type { ClipAnswer, ClipFailure, ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { predict } from '../../../src/serve/library/predict.ts';
import { type EmotionModels, loadEmotionModels } from '../../../src/serve/predict/emotionModels.ts';
import type { Segment } from '../../../src/serve/timeline/segment.ts';
import { predictTimelines, type Timeline } from '../../../src/serve/timeline/predictTimeline.ts';
import { LABELS } from '../shipped.ts';
import { conversation, voice } from '../voice.ts';
import { answer, buzz, demo, startServer, type TestServer } from './testServer.ts';

interface Results<T = ClipResult> {
  results: T[];
}

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let server: TestServer;
let models: EmotionModels;
beforeAll(async () => {
  server = await startServer({ workers: 2, maxSeconds: 20 });
  models = await loadEmotionModels();
  await server.ready();
});
afterAll(async () => {
  await server.close();
});

const text = new TextEncoder().encode('this is no audio');

describe('POST /api/v1/predict', () => {
  test('predicts what the library predicts, whether workers share the clip or not', async () => {
    const { status, body } = await answer<Results>(server.predict({ 'male.wav': demo('male') }));
    const expected = await predict((await readRecording(demo('male'))).signal, { models });
    expect(status).toBe(200);
    const [result] = body.results;
    expect(result).toMatchObject({
      file: 'male.wav',
      seconds: 1.7,
      gender: 'male',
      routing: 'auto',
      warnings: [expect.stringMatching(/above 4 kHz/)],
    });
    expect(result).toMatchObject({ genderSource: 'gender.onnx', emotion: expected.emotion });
    expect(result.genderProbability).toBeCloseTo(expected.genderProbability!, 5);
    for (const one of LABELS) expect(result.probabilities[one]).toBeCloseTo(expected.probabilities[one], 5);
    expect(result.timeline).toBeUndefined();

    const many = await Promise.all(Array.from({ length: 5 }, () => server.predict({ 'male.wav': demo('male') })));
    for (const one of many) expect(((await one.json()) as Results).results).toEqual([result]);
  });

  test('answers many files in their order; one that cannot be read stops no other', async () => {
    const files = {
      'female.wav': demo('female'),
      'notes.wav': text,
      'empty.wav': new Uint8Array(0),
      'male.wav': demo('male'),
    };
    const { status, body } = await answer<Results<ClipAnswer>>(server.predict(files));
    expect(status).toBe(200);
    expect(body.results.map(({ file }) => file)).toEqual(Object.keys(files));
    expect(body.results[0]).toMatchObject({ gender: 'female' });
    expect(body.results[1]).toEqual({
      file: 'notes.wav',
      error: { code: 'audio', message: expect.stringMatching(/not an audio file.*WAV, FLAC,.* can be read/) },
    });
    expect(body.results[2]).toMatchObject({ error: { code: 'audio', message: expect.stringMatching(/is empty/) } });
    expect(body.results[3]).toMatchObject({ gender: 'male' });
  });

  test('says 422 if no file can be analysed, and still what is wrong with each', async () => {
    const { status, body } = await answer<Results<ClipFailure>>(
      server.predict({ a: text, b: demo('male').slice(0, 900) }),
    );
    expect(status).toBe(422);
    expect(body.results.map(({ error }) => error.code)).toEqual(['audio', 'audio']);
    expect(body.results[1].error.message).toMatch(/cut short/);
  });

  test('takes one recording as the body, by any audio type, and calls it as it is told', async () => {
    for (const [type, name] of [
      ['audio/wav', '?name=mine.wav'],
      ['audio/x-anything; rate=16000', ''],
      ['application/octet-stream', ''],
    ]) {
      const init = { method: 'POST', headers: { 'content-type': type }, body: demo('female') };
      const { status, body } = await answer<Results>(server.ask(`/api/v1/predict${name}`, init));
      expect(status).toBe(200);
      expect(body.results).toMatchObject([{ file: name ? 'mine.wav' : 'recording', gender: 'female' }]);
    }
  });

  test('keeps folders, control characters and endless names out of its answer', async () => {
    const names = ['../../etc/passwd', 'a\u0007b.wav', `${'x'.repeat(400)}.wav`];
    const form = new FormData();
    for (const name of names) form.append(name.slice(0, 5), new Blob([demo('male')]), name);
    const { body } = await answer<Results>(server.ask('/api/v1/predict', { method: 'POST', body: form }));
    expect(body.results.map(({ file }) => file)).toEqual(['passwd', 'ab.wav', 'x'.repeat(255)]);
  });

  test('the gender, the routing and the pooled model are as the client asks', async () => {
    const given = await answer<Results>(server.predict({ 'male.wav': demo('male') }, '?gender=female'));
    expect(given.body.results).toMatchObject([
      { gender: 'female', genderProbability: null, genderSource: 'option', routing: 'given' },
    ]);
    const soft = await answer<Results>(server.predict({ 'female.wav': demo('female') }, '?routing=soft'));
    const expected = await predict((await readRecording(demo('female'))).signal, { models, routing: 'soft' });
    expect(soft.body.results[0].routing).toBe('soft');
    expect(soft.body.results[0].confidence).toBeCloseTo(expected.confidence!, 5);

    const pooled = await answer<Results>(server.predict({ 'male.wav': demo('male') }, '?routing=pooled'));
    expect(pooled.body.results).toMatchObject([{ gender: null, genderSource: 'none', routing: 'pooled' }]);
  });

  test('gives a timeline of recordings beyond ten seconds, or as it is asked', async () => {
    const wav = async (seconds: number) => encodeWav(await voice(16_000 * seconds), 16_000);
    const files = { 'long.wav': await wav(11), 'short.wav': await wav(2) };
    const auto = await answer<Results>(server.predict(files));
    const [long, short] = auto.body.results;
    expect(long.timeline!.map(({ start, end }) => [start, end])).toEqual(
      Array.from({ length: 9 }, (_, i) => [i, i + 3]),
    );
    expect(long.warnings.join()).toMatch(/11\.0 s/);
    expect(short.timeline).toBeUndefined();
    for (const { probabilities, confidence, emotion } of long.timeline!) {
      expect(Object.values(probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(probabilities[emotion!]).toBe(confidence);
    }
    const always = await answer<Results>(
      server.predict({ 'short.wav': files['short.wav'] }, '?timeline=always&window=1&hop=0.5'),
    );
    expect(always.body.results[0].timeline!.map(({ start }) => start)).toEqual([0, 0.5, 1]);
    const never = await answer<Results>(
      server.predict({ 'long.wav': files['long.wav'] }, '?timeline=never&gender=male'),
    );
    expect(never.body.results[0].timeline).toBeUndefined();
  });

  test('gives the utterances of a recording beyond ten seconds, each with its own voice, as `ser predict --timeline` does', async () => {
    const bytes = encodeWav(await conversation(2), 16_000);
    const folder = mkdtempSync(join(tmpdir(), 'ser-utterances-'));
    const path = join(folder, 'talk.wav');
    writeFileSync(path, bytes);
    let expected: Timeline | undefined;
    for await (const one of predictTimelines([path], models, { workers: 1 })) expected = one as Timeline;
    rmSync(folder, { recursive: true });

    const { body } = await answer<Results>(
      server.predict({ 'talk.wav': bytes, 'male.wav': demo('male') }, '?timeline=utterances'),
    );
    const [{ utterances, timeline, warnings, emotion }, short] = body.results;
    const { segments, ...shares } = utterances!;
    expect(segments.map(({ gender }) => gender)).toEqual(['female', 'male', 'female', 'male']);
    const exact = ({ start, end, gender, emotion, sure, reason, alternatives, headline }: Segment) => ({ start, end, gender, emotion, sure, reason, alternatives, headline }); // prettier-ignore
    expect(segments.map(exact)).toEqual(expected!.segments.map(exact));
    for (const [i, { probabilities }] of segments.entries()) {
      for (const one of LABELS) expect(probabilities[one]).toBeCloseTo(expected!.segments[i].probabilities[one], 5);
    }
    expect(shares).toEqual({ speech: expected!.speech, emotions: expected!.emotions, notSure: expected!.notSure });
    const named = Object.values(shares.emotions).reduce((a, b) => a + b) + shares.notSure;
    expect(named).toBeCloseTo(shares.speech, 2);
    expect({ timeline, emotion, warnings }).toEqual({ timeline: undefined, emotion: expect.any(String), warnings: [] });
    expect(short.utterances).toBeUndefined();
  });

  test('warns of what makes an answer doubtful', async () => {
    const loud = Float32Array.from({ length: 16_000 }, (_, i) => Math.max(-1, Math.min(1, 3 * Math.sin(i / 9))));
    const files = {
      'silence.wav': encodeWav(new Float32Array(16_000), 16_000),
      'clipped.wav': encodeWav(loud, 16_000),
      'short.wav': buzz(0.3),
      'telephone.wav': buzz(2, 8000),
      'good.wav': buzz(2, 44_100),
    };
    const { body } = await answer<Results>(server.predict(files));
    const warnings = body.results.map((result) => result.warnings.join());
    expect(warnings[0]).toMatch(/silen/i);
    expect(warnings[1]).toMatch(/clipped/i);
    expect(warnings[2]).toMatch(/0\.30 s/);
    expect(warnings[3]).toMatch(/telephone/);
    expect(warnings[4]).not.toMatch(/silen|clipped|long|Recorded at/i);
  });

  test('refuses a recording that is too long: 413 if that is so of all of them', async () => {
    const files = { 'long.wav': buzz(21) };
    const alone = await answer<Results<ClipFailure> & { error: { code: string; message: string } }>(
      server.predict(files),
    );
    expect(alone.status).toBe(413);
    expect(alone.body.error.code).toBe('too_long');
    expect(alone.body.error.message).toMatch(/limit of 20 s/);
    expect(alone.body.results).toEqual([{ file: 'long.wav', error: alone.body.error }]);
    const among = await answer<Results<ClipAnswer>>(server.predict({ ...files, 'male.wav': demo('male') }));
    expect(among.status).toBe(200);
    expect(among.body.results[0]).toEqual(alone.body.results[0]);
  });

  test.each([
    ['?routing=best', /routing.*hard, soft, pooled/],
    ['?gender=other', /gender.*male, female/],
    ['?timeline=sometimes', /timeline.*auto, always, utterances, never/],
    ['?window=0.1', /window.*>= 0\.5/],
    ['?hop=0', /hop.*>= 0\.1/],
    ['?hop=soon', /hop.*number/],
    ['?ruoting=soft', /ruoting/],
    ['?gender=male&routing=pooled', /not both/],
  ])('refuses the option %s, and says what is wrong with it', async (query, words) => {
    const { status, body } = await answer(server.predict({ 'male.wav': demo('male') }, query));
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'bad_request' });
    expect(body.error.message).toMatch(words);
  });

  test('refuses a request without a recording, of another type, or with a broken form', async () => {
    const send = (body: BodyInit | undefined, type?: string) =>
      answer(server.ask('/api/v1/predict', { method: 'POST', body, headers: type ? { 'content-type': type } : {} }));
    const form = new FormData();
    form.append('note', 'no file');
    expect(await send(form)).toMatchObject({ status: 400, body: { error: { code: 'no_file' } } });
    expect(await send(undefined)).toMatchObject({ status: 400, body: { error: { code: 'no_file' } } });
    expect(await send('{}', 'application/json')).toMatchObject({
      status: 415,
      body: { error: { code: 'unsupported_type' } },
    });
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x']) {
      expect(await send('--x\r\nnonsense', type)).toMatchObject({
        status: 400,
        body: { error: { code: 'bad_request' } },
      });
    }
  });
});
