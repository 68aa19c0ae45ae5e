import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { speakerStatistics } from '../../src/data/adapt/speaker.ts';
import { ravdess } from '../../src/data/corpora/ravdess.ts';
import { parseCsv } from '../../src/files/csv.ts';
import { analyseClip } from '../../src/serve/predict/analyseClip.ts';
import type { ClipAnswer, ClipResult } from '../../src/serve/predict/clipResult.ts';
import { type EmotionModels, loadEmotionModels } from '../../src/serve/predict/emotionModels.ts';
import { withSpeakers } from '../../src/serve/predict/predictEmotion.ts';
import { loadBundle } from '../../src/train/bundle/bundle.ts';
import { runSer } from '../runSer.ts';
import { answer, demo, type ErrorBody, startServer, type TestServer } from './http/testServer.ts';
import { trainAdaptedPair } from './speakerModels.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let folder: string;
let clips: string;
let models: EmotionModels;
let server: TestServer;
beforeAll(async () => {
  folder = await trainAdaptedPair();
  clips = mkdtempSync(join(tmpdir(), 'ser-speakers-'));
  for (const [from, to] of [['female', 'anna_1'], ['female-excited', 'anna_2'], ['male', 'ben_1']]) copyFileSync(`data/demo/${from}.wav`, join(clips, `${to}.wav`)); // prettier-ignore
  models = await loadEmotionModels({ models: folder });
  server = await startServer({}, { models: folder });
});
afterAll(async () => {
  await server?.close();
  for (const dir of [folder, clips]) rmSync(dir, { recursive: true });
});

/** Probabilities of the two clips of the woman, standardised together, by the library. */
async function together(): Promise<Record<string, number>[]> {
  const files = ['anna_1', 'anna_2'].map((name) => join(clips, `${name}.wav`));
  const analyses = await Promise.all(files.map((file) => analyseClip({ file, ...models.needs() })));
  return models.predictAll(withSpeakers(analyses, ['anna', 'anna'], 186)).map(({ probabilities }) => probabilities);
}

function expectClose(results: readonly Pick<ClipResult, 'probabilities'>[], expected: Record<string, number>[]): void {
  results.forEach(({ probabilities }, i) => {
    for (const one of ravdess.labels) expect(probabilities[one]).toBeCloseTo(expected[i][one], 5);
  });
}

describe('a model that was trained on speaker-adapted features', () => {
  test('says so in its folder and its card', () => {
    const { speakerPrior, options } = loadBundle(join(folder, 'male')).bundle;
    expect(speakerPrior!.clips).toHaveLength(186);
    expect(options.speakerAdapt).toBe(true);
    expect(readFileSync(join(folder, 'male', 'MODEL_CARD.md'), 'utf8')).toContain(
      '- Speaker-adapted: it takes features',
    );
    expect(models.speakerAdapted()).toBe(true);
  });

  test('refuses a prior of another size', () => {
    const path = join(folder, 'male', 'bundle.json');
    const text = readFileSync(path, 'utf8');
    const bundle = JSON.parse(text) as { speakerPrior: { mean: number[] } };
    bundle.speakerPrior.mean.pop();
    writeFileSync(path, JSON.stringify(bundle));
    try {
      expect(() => loadBundle(join(folder, 'male'))).toThrow('the speaker prior has 185 values of `mean` for 186');
    } finally {
      writeFileSync(path, text);
    }
  });

  test('takes a clip of which nobody knows the speaker by itself', async () => {
    const analysis = await analyseClip({ file: join(clips, 'anna_1.wav'), ...models.needs() });
    const alone = models.predict(analysis);
    expect(alone.speaker).toEqual({ name: null, clips: 1 });
    const statistics = speakerStatistics([analysis.vector!], 186);
    const named = models.predict({ ...analysis, speaker: { name: 'anna', statistics } });
    expect(named).toEqual({ ...alone, speaker: { name: 'anna', clips: 1 } });
    const [first] = await together();
    const differences = ravdess.labels.map((one) => Math.abs(first[one] - alone.probabilities[one]));
    expect(Math.max(...differences)).toBeGreaterThan(5e-5); // ten times what counts as close
  });
});

describe('ser predict --speaker-from', () => {
  const predict = (...words: string[]) => runSer(['predict', clips, '--models', folder, ...words]);

  test('file-name: the clips of each speaker together, with a column for the speaker', async () => {
    const { code, stdout } = await predict('--speaker-from', 'file-name', '--format', 'csv');
    expect(code).toBe(0);
    const [header, ...rows] = parseCsv(stdout);
    const of = (name: string) => rows.map((row) => row[header.indexOf(name)]);
    expect(of('Speaker')).toEqual(['anna', 'anna', 'ben']);
    expect(of('Speaker Clips')).toEqual(['2', '2', '1']);
    const results = rows.slice(0, 2).map((row) => ({
      probabilities: Object.fromEntries(ravdess.labels.map((one) => [one, Number(row[header.indexOf(one)])])),
    }));
    expectClose(results, await together());
  });

  test('column: a CSV says whose clips they are; folder: all in one folder are of one speaker', async () => {
    const csv = join(clips, 'speakers.csv');
    writeFileSync(csv, 'speaker,file\nanna,anna_1.wav\nanna,anna_2.wav\nben,ben_1.wav\n');
    const out = join(clips, 'out.json');
    const { code } = await predict('--speaker-from', 'column', '--speakers', csv, '--format', 'json', '--out', out);
    expect(code).toBe(0);
    const results = JSON.parse(readFileSync(out, 'utf8')) as ClipResult[];
    expect(results.map(({ speaker }) => speaker)).toEqual([{ name: 'anna', clips: 2 }, { name: 'anna', clips: 2 }, { name: 'ben', clips: 1 }]); // prettier-ignore
    expectClose(results.slice(0, 2), await together());
    expect(existsSync(`${out}.journal`)).toBe(false);

    const { stdout } = await predict('--speaker-from', 'folder');
    expect(stdout).toContain('Speaker-adapted, without labels: 1 speaker, 3 clips each');
  });

  test('without it the table says that each clip was taken by itself', async () => {
    const { stdout } = await predict();
    expect(stdout).toContain('Speaker-adapted, but no speakers are given: each clip by itself (--speaker-from)');
  });

  test('without --models the family adapted answers', async () => {
    const { code, stdout } = await runSer(['predict', clips, '--speaker-from', 'folder', '--gender', 'male', '--format', 'csv']); // prettier-ignore
    expect(code).toBe(0);
    const [head, first] = parseCsv(stdout);
    expect(first[head.indexOf('Models')]).toBe('adapted');
  });

  test('is refused where it can do nothing, or its speakers are not known', async () => {
    const shipped = await runSer([
      'predict',
      clips,
      '--speaker-from',
      'folder',
      '--models',
      'default',
      '--gender',
      'male',
    ]);
    expect([shipped.code, shipped.stderr]).toEqual([2, expect.stringContaining('trained without speaker adaptation')]);
    const watching = await predict('--speaker-from', 'folder', '--watch');
    expect([watching.code, watching.stderr]).toEqual([2, expect.stringContaining('cannot be made with --watch')]);
    const nameless = await predict('--speaker-from', 'column');
    expect([nameless.code, nameless.stderr]).toEqual([2, expect.stringContaining('--speakers FILE.csv')]);
  });
});

describe('the API', () => {
  interface Results {
    results: ClipAnswer[];
  }

  test('speaker=one: the recordings of a request are of one speaker, whether the others can be read or not', async () => {
    const files = { 'a.wav': demo('female'), 'b.wav': new TextEncoder().encode('no audio'), 'c.wav': demo('female-excited') }; // prettier-ignore
    const { status, body } = await answer<Results>(server.predict(files, '?speaker=one'));
    expect(status).toBe(200);
    const [first, second, third] = body.results;
    expect(second).toMatchObject({ file: 'b.wav', error: { code: 'audio' } });
    expect([first, third]).toMatchObject([
      { file: 'a.wav', speaker: { name: null, clips: 2 } },
      { file: 'c.wav', speaker: { name: null, clips: 2 } },
    ]);
    expectClose([first as ClipResult, third as ClipResult], await together());
  });

  test('without it each recording is taken by itself', async () => {
    const files = { 'a.wav': demo('female'), 'c.wav': demo('female-excited') };
    const { body } = await answer<Results>(server.predict(files));
    expect(body.results).toMatchObject([{ speaker: { clips: 1 } }, { speaker: { clips: 1 } }]);
  });

  test('/api/v1/models says that its models are speaker-adapted; those without refuse speaker=one', async () => {
    expect(((await (await server.ask('/api/v1/models')).json()) as { speakerAdapted: boolean }).speakerAdapted).toBe(
      true,
    );
    const shipped = await startServer();
    try {
      const models = (await (await shipped.ask('/api/v1/models')).json()) as { speakerAdapted: boolean };
      expect(models.speakerAdapted).toBe(false);
      const { status, body } = await answer<ErrorBody>(shipped.predict({ 'a.wav': demo('male') }, '?speaker=one'));
      expect(status).toBe(400);
      expect(body.error.message).toContain('trained without speaker adaptation');
    } finally {
      await shipped.close();
    }
  });
});
