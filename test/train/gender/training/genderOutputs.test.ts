import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../../../src/files/csv.ts';
import type { VoiceCorpus } from '../../../../src/train/gender/voices/voices.ts';
import { createRandom } from '../../../../src/random.ts';
import { loadGenderOnnx } from '../../../../src/train/gender/ecapa/genderOnnx.ts';
import { initialEcapa } from '../../../../src/train/gender/ecapa/ecapaWeights.ts';
import type { GenderMetrics } from '../../../../src/train/gender/training/genderCard.ts';
import { writeGender } from '../../../../src/train/gender/training/genderOutputs.ts';
import type { GenderPrediction, GenderResult } from '../../../../src/train/gender/training/trainGender.ts';

const widths = { channels: 16, group: 2, squeeze: 8, mfa: 24, attention: 8, embedding: 8 };
const tensors = initialEcapa(widths, createRandom(1));

/** Every tenth clip is wrong. */
function result(job: string, corpora: VoiceCorpus[], first = 0): GenderResult {
  const predictions = corpora.flatMap((corpus) =>
    Array.from({ length: 20 }, (_, i): GenderPrediction => {
      const speaker = `${{ ravdess: '', librispeech: 'librispeech-test-other-', emodb: 'emodb-' }[corpus]}${first + (i % 4)}`;
      const gender = i % 2 ? 'male' : 'female';
      const margin = (gender === 'male' ? 4 : -4) * (i % 10 === 0 ? -1 : 1);
      return { corpus, id: `${first}-${i}`, speaker, gender, channel: 'speech', logits: [margin, 0] };
    }),
  );
  return { job, trained: { clips: 60, speakers: 12 }, predictions, losses: [], seconds: 1, tensors };
}

describe('what a run of ser train gender leaves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gender-'));
  let metrics: GenderMetrics;
  beforeAll(async () => {
    const all: VoiceCorpus[] = ['ravdess', 'librispeech', 'emodb'];
    const results = [
      result('fold-1', all),
      result('fold-2', all, 4),
      result('cross-emodb', ['emodb']),
      { ...result('final', []), predictions: [] },
    ];
    metrics = await writeGender(results, {
      out: folder,
      outOfFold: join(folder, 'out-of-fold.csv'),
      seed: 1,
      steps: 10,
      command: 'ser train gender',
      engine: { name: 'native', version: '2.15.1' },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is a model with the temperature of what was predicted out of fold', async () => {
    const classifier = await loadGenderOnnx(join(folder, 'gender.onnx'));
    expect(classifier.metadata.temperature).toBe(metrics.calibration.temperature);
    expect(metrics.calibration.temperature).toBeCloseTo(4 / Math.log(9), 2); // 90 % sure of what is right in 90 %
    expect(classifier.metadata.source).toMatch(/ravdess, librispeech, emodb/);
    await classifier.dispose();
  });

  it('is a row for every clip that was predicted out of fold', () => {
    const [header, ...rows] = parseCsv(readFileSync(join(folder, 'out-of-fold.csv'), 'utf8'));
    expect(header.join()).toBe('corpus,clip,speaker,gender,fold,logit_male,logit_female,temperature');
    expect(rows.length).toBe(120);
    expect(rows[0].slice(0, 7)).toEqual(['ravdess', '0-0', '0', 'female', '1', '4.0000', '0.0000']);
    expect(Number(rows[0][7])).toBeCloseTo(metrics.calibration.byFold['fold-1'], 3);
  });

  it('is figures with their counts, in JSON and on the card', () => {
    expect(metrics.outOfFold.map(({ on, n, correct }) => [on, n, correct])).toEqual([
      ['RAVDESS speech', 40, 36],
      ['LibriSpeech-mini, test subset', 40, 36],
      ['EmoDB', 40, 36],
    ]);
    expect(metrics.crossCorpus).toMatchObject([
      { on: 'EmoDB', n: 20, correct: 18, protocol: 'trained on ravdess and librispeech' },
    ]);
    expect(metrics.calibration.after.ece).toBeLessThan(metrics.calibration.before.ece);
    expect(JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8'))).toEqual(metrics);
    const card = readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8');
    expect(card).toContain('| EmoDB | 8 | 36 / 40 | 90.00 |');
    expect(card).toContain('| EmoDB | 4 | 18 / 20 | 90.00 |');
    expect(card).toMatch(/non-commercial/);
  });
});
