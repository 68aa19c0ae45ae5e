import { describe, expect, it } from 'vitest';
import { type Voice, VOICE_CORPORA, type VoiceCorpus } from '../../../../src/train/gender/voices/voices.ts';
import type { VoiceFrames } from '../../../../src/train/gender/voices/voiceTables.ts';
import { createRandom } from '../../../../src/random.ts';
import { disturb, maskPatches } from '../../../../src/train/gender/voices/disturb.ts';
import { createBatches } from '../../../../src/train/gender/training/genderBatches.ts';
import { dealSpeakers, foldJobs, runJobs } from '../../../../src/train/gender/training/genderJobs.ts';
import { calibrate, measureDoubt, scoreGender } from '../../../../src/train/gender/training/genderScores.ts';
import {
  calibrationError,
  fitTemperature,
  negativeLogLikelihood,
  temperatureOf,
} from '../../../../src/train/bundle/temperature.ts';
import type { GenderPrediction } from '../../../../src/train/gender/training/trainGender.ts';
import { softmax } from '../../../../src/data/temperature.ts';

/** Men have power in band 10, women in band 30, and every clip begins and ends with silence. */
function row(corpus: VoiceCorpus, number: number, clip: number, subset = ''): VoiceFrames {
  const gender = number % 2 === 0 ? 'female' : 'male';
  const values = new Float32Array(40 * 80).fill(-13);
  for (let t = 10; t < 30; t++) {
    const band = t * 80 + (gender === 'male' ? 10 : 30);
    values.fill(-2, band, band + 5);
  }
  return {
    corpus,
    id: `${number}-${clip}`,
    speaker: `${corpus}${subset}-${number}`,
    gender,
    channel: 'speech',
    copy: 0,
    values,
  };
}

/** Many small clips. */
const rows = [
  ...Array.from({ length: 60 }, (_, i) => row('ravdess', i % 6, i)),
  ...Array.from({ length: 20 }, (_, i) => row('librispeech', i, 0, i < 4 ? '-test-other' : '-train-clean-100')),
  ...Array.from({ length: 20 }, (_, i) => row('emodb', i % 10, i)),
];

describe('folds of speakers', () => {
  it('hold every speaker once, and both genders of each corpus', () => {
    const foldOf = dealSpeakers(rows, 4, 1);
    expect(foldOf.size).toBe(new Set(rows.map(({ speaker }) => speaker)).size);
    for (const fold of [1, 2, 3, 4]) {
      const mine = rows.filter((one) => foldOf.get(one.speaker) === fold);
      expect(new Set(mine.map(({ corpus, gender }) => `${corpus} ${gender}`)).size).toBeGreaterThanOrEqual(5);
    }
    expect(dealSpeakers(rows, 4, 1)).toEqual(foldOf);
    expect(dealSpeakers(rows, 4, 2)).not.toEqual(foldOf);
  });

  it('train on no speaker that they test, and test every clip once', () => {
    const jobs = foldJobs(rows, 4, 1);
    for (const job of jobs) {
      const heard = new Set(rows.filter((one) => job.isForTraining(one)).map(({ speaker }) => speaker));
      expect(rows.filter((one) => job.isForTest(one) && heard.has(one.speaker))).toEqual([]);
    }
    for (const one of rows) expect(jobs.filter((job) => job.isForTest(one)).length).toBe(1);
  });

  it('leave one corpus out after the other, and are tested on it', () => {
    const { final, siblings } = runJobs();
    expect([...siblings.keys()]).toEqual([...VOICE_CORPORA]);
    for (const [corpus, job] of siblings) {
      expect(rows.every((one) => job.isForTest(one) === (one.corpus === corpus))).toBe(true);
      expect(rows.some((one) => job.isForTraining(one) && job.isForTest(one))).toBe(false);
    }
    expect(rows.every((one) => final.isForTraining(one) && !final.isForTest(one))).toBe(true);
  });

  it('of a run without a corpus is one that learns nothing of it: the same training as in the run of all', () => {
    const { final, siblings } = runJobs(['ravdess']);
    expect(siblings.size).toBe(0);
    expect(rows.some((one) => final.isForTraining(one) && one.corpus === 'ravdess')).toBe(false);
    const { name, effort } = runJobs().siblings.get('ravdess')!;
    expect(final).toMatchObject({ name, effort });
  });
});

describe('batches', () => {
  it('are balanced by gender, without a time mean, and hold speech', () => {
    const next = createBatches(rows, { rows: 24 * 12, lengths: [24] });
    for (let i = 0; i < 10; i++) {
      const { x, y, frames } = next(createRandom(i));
      expect(frames).toBe(24);
      expect(x.length).toBe(y.length * 24 * 80);
      expect(y.filter((label) => label === 0).length).toBe(y.length / 2);
      expect(x.every(Number.isFinite)).toBe(true);
      expect(x.reduce((a, b) => a + b, 0) / x.length).toBeCloseTo(0, 1);
    }
  });

  it('need voices of both genders', () => {
    expect(() => createBatches(rows.filter((one) => one.gender === 'male'))).toThrow(/no female voice/);
  });

  it('draw clips as recorded, and altered copies, in the stated proportion', () => {
    const copies = rows.map((one) => ({ ...one, copy: 1, values: one.values.map(() => NaN) }));
    const share = (recorded: number): number => {
      const next = createBatches([...rows, ...copies], { rows: 400 * 24, lengths: [24], recorded });
      const { x, y } = next(createRandom(3));
      const size = x.length / y.length;
      return y.filter((_, i) => !x.subarray(i * size, (i + 1) * size).some(Number.isNaN)).length / y.length;
    };
    expect([share(1), share(0)]).toEqual([1, 0]);
    expect(share(0.7)).toBeCloseTo(0.7, 1);
  });

  it('repeat themselves with the same seed', () => {
    const options = { rows: 96, lengths: [24] };
    const batch = (seed: number) => createBatches(rows, options)(createRandom(seed));
    expect(batch(5).x).toEqual(batch(5).x);
    expect(batch(5).x).not.toEqual(batch(6).x);
  });
});

describe('disturbances', () => {
  it('leave finite values at or above the floor', () => {
    const random = createRandom(2);
    for (let i = 0; i < 50; i++) {
      const piece = Float32Array.from({ length: 60 * 80 }, () => random.normal() * 3 - 5);
      disturb(piece, random);
      expect(piece.every((value) => value >= Math.log(1e-6) - 1e-3 && value < 60)).toBe(true);
    }
  });

  it('mask some runs of frames or bands and leave the rest', () => {
    const random = createRandom(3);
    const shares = Array.from({ length: 60 }, () => {
      const piece = new Float32Array(60 * 80).fill(1);
      maskPatches(piece, random);
      return piece.filter((value) => value === 0).length / piece.length;
    });
    expect(Math.max(...shares)).toBeLessThan(0.4);
    expect(shares.filter((share) => share > 0).length).toBeGreaterThan(20);
    expect(shares.filter((share) => share === 0).length).toBeGreaterThan(5);
  });
});

describe('calibration', () => {
  const random = createRandom(4);
  /** Logits that are `scale` times too large for what they know. */
  const sampled = (scale: number) =>
    Array.from({ length: 4000 }, () => {
      const margin = 2 * random.normal();
      const label = random.uniform() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
      return { logits: [0, scale * margin], label, weight: 1 };
    });

  it('finds by how much the logits are too large', () => {
    const overconfident = sampled(3);
    const temperature = fitTemperature(overconfident);
    expect(temperature).toBeGreaterThan(2.6);
    expect(temperature).toBeLessThan(3.4);
    expect(negativeLogLikelihood(overconfident, temperature)).toBeLessThan(negativeLogLikelihood(overconfident, 1));
    expect(calibrationError(overconfident, temperature)).toBeLessThan(0.03);
    expect(calibrationError(overconfident, 1)).toBeGreaterThan(0.08);
  });

  it('leaves calibrated logits as they are', () => {
    expect(fitTemperature(sampled(1))).toBeCloseTo(1, 1);
  });

  it('is not deceived by sure mistakes whose probability is next to 0: one valley, at its upper end here', () => {
    const right = Array.from({ length: 70 }, () => ({ logits: [Math.log(0.6), Math.log(0.4)], label: 0, weight: 1 }));
    const wrong = Array.from({ length: 10 }, () => ({ logits: [0, Math.log(1e-20)], label: 1, weight: 1 }));
    const all = [...right, ...wrong];
    const losses = Array.from({ length: 60 }, (_, i) => negativeLogLikelihood(all, 0.05 * 400 ** (i / 59)));
    expect(losses).toEqual(losses.toSorted((a, b) => b - a)); // downhill all the way
    expect(fitTemperature(all)).toBeCloseTo(20, 3);
  });

  it('takes a clip or more', () => {
    expect(() => fitTemperature([])).toThrow(/at least one clip/);
  });

  it('needs only the probabilities of predictions', () => {
    const overconfident = sampled(3);
    const labels = ['a', 'b'];
    const predictions = overconfident.map(({ logits, label }, i) => ({
      ...{ id: `${i}`, speaker: '1', gender: 'male' as const, label: labels[label], predicted: 'a' },
      probabilities: softmax(logits, 1),
    }));
    expect(temperatureOf({ labels, rows: predictions })).toBeCloseTo(fitTemperature(overconfident), 5);
  });

  it('gives a corpus the temperature of the others', () => {
    const two = rows.filter(({ corpus }) => corpus === 'ravdess' || corpus === 'emodb');
    const predictions = two.map((one, i): GenderPrediction => {
      const sure = (one.gender === 'male') !== (i % 7 === 0) ? 1 : -1;
      return { ...one, logits: [(one.corpus === 'emodb' ? 8 : 1) * sure, 0] };
    });
    const { rows: calibrated, calibration } = calibrate(predictions);
    expect(calibration.byCorpus.ravdess).toBeGreaterThan(2 * calibration.byCorpus.emodb);
    expect(calibrated.every(({ corpus, temperature }) => temperature === calibration.byCorpus[corpus])).toBe(true);
    expect(calibrated.length).toBe(two.length);
  });
});

it('speakers whose gender is probably listed wrongly count in scores, but neither in temperatures nor in what doubt marks', () => {
  const known = rows.filter(({ corpus }) => corpus !== 'emodb');
  const predictionOf = (one: Voice): GenderPrediction => ({ ...one, logits: one.gender === 'male' ? [3, 0] : [0, 3] });
  const right = known.map((one, i) => {
    const prediction = predictionOf(one);
    const [male, female] = prediction.logits;
    return i % 9 ? prediction : { ...prediction, logits: [female, male] as [number, number] };
  });
  const wrong = known.slice(0, 20).map((one) => ({ ...predictionOf(one), speaker: 'speechocean762-2355', corpus: 'speechocean762' as const, gender: 'male' as const, logits: [0, 9] as [number, number] })); // prettier-ignore
  const [without, beside] = [calibrate(right), calibrate([...right, ...wrong])];
  expect(beside.calibration.temperature).toBe(without.calibration.temperature);
  expect(beside.rows).toHaveLength(right.length + 20);
  expect(measureDoubt(beside.rows)).toEqual(measureDoubt(without.rows));
  expect(scoreGender(beside.rows, 'p').find(({ on }) => on === 'speechocean762')).toMatchObject({ n: 20, correct: 0 });
});

describe('scores', () => {
  it('count each part by gender', () => {
    const predictions = rows.map((one): GenderPrediction => ({
      ...one,
      logits: one.gender === 'male' || one.speaker.endsWith('-4') ? [1, 0] : [0, 1],
    }));
    const scores = scoreGender(predictions, 'a protocol');
    const emodb = scores.find(({ on }) => on === 'EmoDB')!;
    expect(emodb).toMatchObject({
      n: 20,
      correct: 18,
      speakers: 10,
      male: { n: 10, correct: 10 },
      female: { n: 10, correct: 8 },
    });
    expect(emodb.interval!.low).toBeLessThan(0.9);
    expect(scores.find(({ on }) => on.includes('test'))).toMatchObject({ n: 4, correct: 4 });
  });

  it('count how many of the errors are doubtful', () => {
    const [one] = rows;
    const clip = (p: number, isRight: boolean) => {
      const margin = Math.log(p / (1 - p)) * 2;
      const isMale = (one.gender === 'male') === isRight;
      return { ...one, logits: [isMale ? margin : 0, isMale ? 0 : margin] as [number, number], temperature: 2 };
    };
    const all = [clip(0.99, true), clip(0.89, true), clip(0.91, false), clip(0.89, false), clip(0.6, false)];
    expect(measureDoubt(all)).toEqual({ below: 0.9, clips: 5, doubtful: 3, errors: 3, marked: 2 });
  });
});
