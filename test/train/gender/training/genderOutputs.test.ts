import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { featureSet } from '../../../../src/data/embeddings/load.ts';
import { parseCsv } from '../../../../src/files/csv.ts';
import { VOICE_CORPORA, type VoiceCorpus } from '../../../../src/train/gender/voices/voices.ts';
import { createRandom } from '../../../../src/random.ts';
import { loadGenderOnnx } from '../../../../src/train/gender/ecapa/genderOnnx.ts';
import { initialEcapa } from '../../../../src/train/gender/ecapa/ecapaWeights.ts';
import type { GenderMetrics } from '../../../../src/train/gender/training/genderCard.ts';
import { runJobs } from '../../../../src/train/gender/training/genderJobs.ts';
import { writeGender } from '../../../../src/train/gender/training/genderOutputs.ts';
import { readGenderPosteriors } from '../../../../src/train/gender/voices/genderPosteriors.ts';
import type { GenderPrediction, GenderResult } from '../../../../src/train/gender/training/trainGender.ts';

const widths = { channels: 16, group: 2, squeeze: 8, mfa: 24, attention: 8, embedding: 8 };
const tensors = initialEcapa(widths, createRandom(1));

/** Every tenth clip is wrong. */
function result(job: string, corpus: VoiceCorpus): GenderResult {
  const predictions = Array.from({ length: 20 }, (_, i): GenderPrediction => {
    const gender = i % 2 ? 'male' : 'female';
    const margin = (gender === 'male' ? 4 : -4) * (i % 10 === 0 ? -1 : 1);
    return {
      corpus,
      id: `${corpus}-${i}`,
      speaker: `${corpus}-${i % 4}`,
      gender,
      channel: 'speech',
      logits: [margin, 0],
    };
  });
  return { job, trained: { clips: 60, speakers: 12 }, predictions, losses: [], seconds: 1, tensors };
}

/** Functionals by which nobody's gender can be told. */
const { name: set, names } = featureSet('moonshine-functionals');
const vectors = {
  names,
  rows: VOICE_CORPORA.flatMap((corpus) =>
    result('', corpus).predictions.map((voice) => ({ ...voice, vector: new Float32Array(names.length) })),
  ),
};

const write = (folder: string, without: VoiceCorpus[] = []): Promise<GenderMetrics> => {
  const jobs = runJobs(without);
  const results = [...jobs.siblings].map(([corpus, { name }]) => [name, result(name, corpus)] as const);
  const final = result(jobs.final.name, without[0] ?? 'ravdess');
  if (without.length === 0) final.predictions = [];
  return writeGender(new Map([...results, [final.job, final]]), {
    out: folder,
    strangers: join(folder, 'strangers.csv'),
    jobs,
    without,
    vectors,
    seed: 1,
    steps: 10,
    command: 'ser train gender',
    engine: { name: 'native', version: '2.15.1' },
  });
};

describe('what a run of ser train gender leaves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gender-'));
  let metrics: GenderMetrics;
  beforeAll(async () => {
    metrics = await write(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is a model with the temperature of what was predicted of corpora outside the training', async () => {
    const classifier = await loadGenderOnnx(join(folder, 'gender.onnx'));
    expect(classifier.metadata.temperature).toBe(metrics.calibration.temperature);
    expect(metrics.calibration.temperature).toBeCloseTo((1.25 * 4) / Math.log(9), 2); // a little less than 90 % sure of what is right in 90 %
    expect(classifier.metadata.features).toBe(set);
    expect(classifier.metadata.source).toMatch(/ravdess, librispeech, emodb, crema-d, speechocean762/);
    await classifier.dispose();
  });

  it('is a row for every clip, by the network that has heard nothing of its corpus', () => {
    const path = join(folder, 'strangers.csv');
    const [header, ...rows] = parseCsv(readFileSync(path, 'utf8'));
    expect(header.join()).toBe('corpus,clip,speaker,gender,fold,logit_male,logit_female,temperature');
    expect(rows.length).toBe(100);
    expect(rows[0].slice(0, 7)).toEqual(['ravdess', 'ravdess-0', 'ravdess-0', 'female', 'ravdess', '4.0000', '0.0000']);
    expect(Number(rows[0][7])).toBeCloseTo(metrics.calibration.byCorpus.ravdess, 3);
    expect(readGenderPosteriors(path, 'emodb').get('emodb-1')!.maleProbability).toBeCloseTo(1 / (1 + 9 ** -0.8), 2);
  });

  it('is figures with their counts, in JSON and on the card', () => {
    const part = { n: 20, correct: 18, male: { n: 10, correct: 10 }, female: { n: 10, correct: 8 } };
    expect(metrics.outOfCorpus).toMatchObject([
      { on: 'RAVDESS', ...part },
      { on: 'LibriSpeech-mini', ...part },
      { on: 'LibriSpeech-mini, gender listed rightly', ...part },
      { on: 'EmoDB', ...part },
      { on: 'CREMA-D', ...part },
      { on: 'speechocean762', ...part },
      { on: 'speechocean762, gender listed rightly', ...part },
    ]);
    expect(metrics.doubt).toEqual({ below: 0.9, clips: 100, doubtful: expect.any(Number), errors: 10, marked: expect.any(Number) }); // prettier-ignore
    expect(metrics.calibration.after.ece).toBeLessThan(metrics.calibration.before.ece);
    expect(metrics.calibration.eceByCorpus.emodb).toBeCloseTo(metrics.calibration.after.ece, 5);
    expect(JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8'))).toEqual(metrics);
    const card = readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8');
    expect(card).toMatch(
      /\| EmoDB \| 4 \| 18 \/ 20 = 90\.0 \[.+\] \| 10 \/ 10 = 100\.0 \[.+\] \| 8 \/ 10 = 80\.0 \[.+\] \|/,
    );
    expect(card).toMatch(/The model is not for commercial use/);
  });
});

it('without a corpus, a model carries nothing of it: neither its licence nor a temperature fitted on it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gender-open-'));
  try {
    const { calibration, outOfCorpus } = await write(folder, ['ravdess']);
    expect(outOfCorpus.map(({ on }) => on)).toEqual(['RAVDESS']); // what it is tested on
    expect(calibration).toMatchObject({ temperature: 1, byCorpus: { ravdess: 1 } });
    const card = readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8');
    expect(card).toMatch(/The model is free for commercial use/);
    expect(card).toContain('- crema-d: ODbL 1.0');
    expect(card).not.toMatch(/CC BY-NC/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
