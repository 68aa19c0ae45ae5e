import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadAudio } from '../../src/data/audio/load.ts';
import { GENDERS } from '../../src/data/clip.ts';
import { TABLE_PATHS } from '../../src/data/corpora/corpora.ts';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { predictTestClips } from '../../src/train/predictTestClips.ts';
import { runSer } from '../runSer.ts';
import type { ClipResult } from '../../src/serve/predict/clipResult.ts';
import { predict as predictRecording } from '../../src/serve/library/predict.ts';
import { loadEmotionModels } from '../../src/serve/predict/emotionModels.ts';
import { predictClips } from '../../src/serve/predict/predictClips.ts';
import { type Bundle, loadBundle } from '../../src/train/bundle/bundle.ts';
import type { Selective } from '../../src/train/bundle/selective.ts';
import { adjectiveOf } from '../../src/data/labels/emotionWords.ts';
import { demo, startServer } from './http/testServer.ts';
import { trainPair } from './trainedPair.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let folder: string;
beforeAll(async () => {
  folder = await trainPair('svm', 'librosa186', { validationBy: 'speaker' });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Changes what both models say of when they are sure; undefined: as models of earlier versions, which said nothing. */
function change(selective: ((own: Selective) => Partial<Selective>) | undefined): void {
  for (const gender of GENDERS) {
    const path = join(folder, gender, 'bundle.json');
    const bundle = JSON.parse(readFileSync(path, 'utf8')) as Bundle & { kept?: Selective };
    const own = (bundle.kept ??= bundle.selective);
    writeFileSync(path, JSON.stringify({ ...bundle, selective: selective && { ...own, ...selective(own!) } }));
  }
}

const predict = async (routing: 'hard' | 'soft' = 'hard') => {
  const models = await loadEmotionModels({ models: folder });
  return predictRecording(await loadAudio('data/demo/female-excited.wav'), { models, routing });
};

test('a trained model says when it is sure, by clips of speakers that it had not learnt from', () => {
  for (const gender of GENDERS) {
    const { selective } = loadBundle(join(folder, gender)).bundle;
    expect(selective).toMatchObject({ statedError: 1 / 3, by: 'speaker' });
    const { threshold, coverage, error, reliability, distance } = selective!;
    expect(error).toBeLessThanOrEqual(1 / 3);
    expect(coverage).toBeGreaterThan(0.3);
    expect(threshold).toBeLessThan(1);
    expect(reliability.length).toBeLessThanOrEqual(10);
    expect(distance).toBeGreaterThan(1);
  }
});

test.each(['hard', 'soft'] as const)('routing %s: sure above the threshold, not below', async (routing) => {
  change(() => ({ threshold: 0, distance: 25 }));
  const sure = await predict(routing);
  expect(sure).toMatchObject({ sure: true, reason: null, alternatives: [sure.emotion] });
  expect(sure.rightOnUnseen).toBeGreaterThan(0);
  change(() => ({ threshold: null, distance: 25 }));
  const unsure = await predict(routing);
  expect(unsure).toMatchObject({ emotion: sure.emotion, probabilities: sure.probabilities, sure: false, reason: 'confidence' }); // prettier-ignore
  expect(unsure.headline).toMatch(new RegExp(`^Not sure: ${adjectiveOf(sure.emotion!)}`));
  expect(unsure.rightOnUnseen).toBe(sure.rightOnUnseen);
});

test('a recording beyond the largest distance is not sure', async () => {
  change(() => ({ threshold: 0, distance: 0.01 }));
  expect(await predict()).toMatchObject({ sure: false, reason: 'distance' });
});

test('an evaluation says how many test clips they are sure of, and how many of these are wrong', async () => {
  const table = await readTable(TABLE_PATHS.original);
  const test = () => predictTestClips(folder, GENDERS, table, getProtocol('reference'));
  change(() => ({ threshold: 0, distance: 25 }));
  const { models, predictions } = test();
  models.forEach(({ gender, sure }, i) => {
    const own = predictions[i].rows.filter((row) => row.gender === gender);
    const errors = own.filter(({ label, predicted }) => label !== predicted).length;
    expect(sure).toEqual({ clips: own.length, answered: own.length, errors });
  });
  change(() => ({ threshold: null }));
  expect(test().models.map(({ sure }) => [sure!.answered, sure!.errors])).toEqual([[0, 0], [0, 0]]); // prettier-ignore
  change(() => ({ threshold: 0.6, distance: 25 }));
  const [{ sure }] = test().models;
  const out = join(folder, 'report');
  const { code } = await runSer(['eval', 'male', '--models', folder, '--out', out, '--no-card', '--resamples', '20']);
  expect(code).toBe(0);
  const share = ((100 * sure!.errors) / sure!.answered).toFixed(1);
  expect(readFileSync(join(out, 'report.md'), 'utf8')).toContain(`of which ${share} % are wrong; its threshold was chosen for 33.3 %`); // prettier-ignore
});

test('models of earlier versions answer as they did, and cannot tell', async () => {
  change(undefined);
  const { emotion, sure, rightOnUnseen, headline } = await predict();
  expect({ sure, rightOnUnseen }).toEqual({ sure: null, rightOnUnseen: null });
  expect(headline).toBe(`Sounds ${adjectiveOf(emotion!)}`);
});

test('the server says the same as the command line, of windows too', async () => {
  change(() => ({ threshold: 0.5, distance: 25 }));
  const server = await startServer({}, { models: folder });
  try {
    const response = await server.predict({ 'male.wav': demo('male') }, '?timeline=always');
    const { results } = (await response.json()) as { results: ClipResult[] };
    const [outcome] = await predictClips(['data/demo/male.wav'], await loadEmotionModels({ models: folder }), { workers: 1 }); // prettier-ignore
    const { sure, reason, alternatives, headline, rightOnUnseen, confidence, timeline } = results[0];
    expect(outcome).toMatchObject({ sure, reason, alternatives, headline });
    expect(rightOnUnseen).toBeCloseTo((outcome as ClipResult).rightOnUnseen!, 9);
    expect(sure).toBe(reason === null);
    expect(confidence! < 0.5).toBe(reason === 'confidence');
    for (const part of timeline!) {
      expect(part.sure).toBe(part.reason === null);
      expect(part.headline.startsWith('Not sure')).toBe(!part.sure);
    }
  } finally {
    await server.close();
  }
});
