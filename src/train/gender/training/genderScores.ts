import { type Gender, GENDERS } from '../../../data/clip.ts';
import { isOfTestSubset, VOICE_CORPORA } from '../voices/voices.ts';
import { bootstrapBySpeaker, type Interval } from '../../../eval/statistics/bootstrap.ts';
import { accuracy } from '../../../eval/metrics/accuracy.ts';
import {
  type CalibrationRow,
  calibrationError,
  fitTemperature,
  negativeLogLikelihood,
} from '../../bundle/temperature.ts';
import type { GenderPrediction, GenderResult } from './trainGender.ts';
import { softmax } from '../../../data/temperature.ts';

interface Count {
  n: number;
  correct: number;
}

export interface GenderScore extends Count {
  /** The test data, and the protocol. */
  on: string;
  protocol: string;
  speakers: number;
  accuracy: number;
  /** 95 %, by speaker; null with one speaker. */
  interval: Interval | null;
  male: Count;
  female: Count;
}

/** An out-of-fold prediction, with the temperature fitted on the other folds' speakers. */
export interface OutOfFold extends GenderPrediction {
  fold: string;
  temperature: number;
}

export interface Calibration {
  /** Temperature of the shipped model: fitted on all out-of-fold predictions. */
  temperature: number;
  /** Temperature for each fold's predictions, fitted on the others. */
  byFold: Record<string, number>;
  /** Out of fold, with equal weight for each corpus; before, at temperature 1. */
  before: { ece: number; loss: number };
  after: { ece: number; loss: number };
}

/** Parts with figures of their own. */
const PARTS: Record<string, (row: GenderPrediction) => boolean> = {
  'RAVDESS speech': ({ corpus, channel }) => corpus === 'ravdess' && channel === 'speech',
  'RAVDESS song': ({ corpus, channel }) => corpus === 'ravdess' && channel === 'song',
  'LibriSpeech-mini, test subset': isOfTestSubset,
  'LibriSpeech-mini, other subset': (row) => row.corpus === 'librispeech' && !isOfTestSubset(row),
  EmoDB: ({ corpus }) => corpus === 'emodb',
};

/** Scores of all parts that have predictions. */
export function scoreGender(predictions: readonly GenderPrediction[], protocol: string): GenderScore[] {
  return Object.entries(PARTS).flatMap(([on, belongs]) => {
    const rows = predictions.filter(belongs);
    return rows.length === 0 ? [] : [scoreOf(on, protocol, rows)];
  });
}

function scoreOf(on: string, protocol: string, rows: readonly GenderPrediction[]): GenderScore {
  const count = (some: readonly GenderPrediction[]): Count => ({
    n: some.length,
    correct: some.filter((row) => predictedGender(row) === row.gender).length,
  });
  const scored = rows.map((row) => ({
    id: row.id,
    speaker: row.speaker,
    gender: row.gender,
    label: row.gender,
    predicted: predictedGender(row),
    probabilities: softmax(row.logits, 1),
  }));
  const all = count(rows);
  const interval = bootstrapBySpeaker({ labels: GENDERS, rows: scored }, accuracy);
  const of = (gender: Gender): Count => count(rows.filter((row) => row.gender === gender));
  return {
    on,
    protocol,
    speakers: new Set(rows.map(({ speaker }) => speaker)).size,
    ...all,
    accuracy: all.correct / all.n,
    interval,
    male: of('male'),
    female: of('female'),
  };
}

export function predictedGender({ logits: [male, female] }: Pick<GenderPrediction, 'logits'>): Gender {
  return female > male ? 'female' : 'male';
}

/** The predictions of all folds, each calibrated on the others. */
export function calibrate(folds: readonly GenderResult[]): { rows: OutOfFold[]; calibration: Calibration } {
  const all = folds.flatMap(({ job, predictions }) => predictions.map((row) => ({ ...row, fold: job })));
  const toCalibration = (rows: readonly GenderPrediction[]): CalibrationRow[] => {
    const sizes = VOICE_CORPORA.map((name) => rows.filter(({ corpus }) => corpus === name).length);
    const weightOf = ({ corpus }: GenderPrediction): number => 1 / sizes[VOICE_CORPORA.indexOf(corpus)];
    return rows.map((row) => ({ logits: row.logits, label: GENDERS.indexOf(row.gender), weight: weightOf(row) }));
  };
  const byFold = Object.fromEntries(
    folds.map(({ job }) => {
      const others = all.filter(({ fold }) => fold !== job);
      return [job, fitTemperature(toCalibration(others.length > 0 ? others : all))];
    }),
  );
  const rows = all.map((row) => ({ ...row, temperature: byFold[row.fold] }));
  const plain = toCalibration(all);
  const scaled = plain.map((row, i) => ({ ...row, logits: row.logits.map((logit) => logit / rows[i].temperature) }));
  const describe = (some: CalibrationRow[]) => ({
    ece: calibrationError(some, 1),
    loss: negativeLogLikelihood(some, 1),
  });
  const calibration = { temperature: fitTemperature(plain), byFold, before: describe(plain), after: describe(scaled) };
  return { rows, calibration };
}
