import { type Gender, GENDERS } from '../../../data/clip.ts';
import { isOfTestSubset, isProbablyMislabelled, VOICE_CORPORA, type VoiceCorpus } from '../voices/voices.ts';
import { bootstrapBySpeaker, type Interval } from '../../../eval/statistics/bootstrap.ts';
import { DOUBTFUL_GENDER } from '../doubtful.ts';
import { accuracy } from '../../../eval/metrics/accuracy.ts';
import {
  type CalibrationRow,
  calibrationError,
  fitTemperature,
  negativeLogLikelihood,
} from '../../bundle/temperature.ts';
import type { GenderPrediction } from './trainGender.ts';
import { softmax } from '../../../data/temperature.ts';

/** Right answers, with their interval. */
export interface Count {
  n: number;
  correct: number;
  /** 95 %, by speaker; null with one speaker. */
  interval: Interval | null;
}

export interface GenderScore extends Count {
  /** The test data, and the protocol. */
  on: string;
  protocol: string;
  speakers: number;
  accuracy: number;
  male: Count;
  female: Count;
}

/** A prediction by a network that has heard nothing of the corpus, with a temperature that was fitted without it. */
export interface StrangerPrediction extends GenderPrediction {
  temperature: number;
}

/** Calibration over all corpora, each counting the same. */
export interface Calibration {
  /** Temperature of the shipped model: fitted on all of these predictions. */
  temperature: number;
  /** Temperature for each corpus's predictions, fitted on those of the others; 1 if there are no strangers among what the model learnt from. */
  byCorpus: Record<string, number>;
  /** At temperature 1, and at those of the corpora. */
  before: { ece: number; loss: number };
  after: { ece: number; loss: number };
  /** Expected calibration error of each corpus alone, at its temperature. */
  eceByCorpus: Record<string, number>;
}

/** How much the doubtful answers say about the errors. */
export interface Doubt {
  below: number;
  clips: number;
  doubtful: number;
  errors: number;
  /** Errors that are doubtful. */
  marked: number;
}

/**
 * The temperatures are this many times the best ones: where the gender is doubtful both emotion models answer, which costs nothing, and strangers will
 * be recorded worse than these.
 */
const CAUTION = 1.25;

/** Parts with figures of their own. */
const PARTS: Record<string, (row: GenderPrediction) => boolean> = {
  RAVDESS: ({ corpus }) => corpus === 'ravdess',
  'RAVDESS, song': ({ corpus, channel }) => corpus === 'ravdess' && channel === 'song',
  'LibriSpeech-mini': ({ corpus }) => corpus === 'librispeech',
  'LibriSpeech-mini, test subset': isOfTestSubset,
  'LibriSpeech-mini, gender listed rightly': (row) => row.corpus === 'librispeech' && !isProbablyMislabelled(row),
  EmoDB: ({ corpus }) => corpus === 'emodb',
  'CREMA-D': ({ corpus }) => corpus === 'crema-d',
  speechocean762: ({ corpus }) => corpus === 'speechocean762',
  'speechocean762, gender listed rightly': (row) => row.corpus === 'speechocean762' && !isProbablyMislabelled(row),
};

/** Scores of all parts that have predictions. */
export function scoreGender(predictions: readonly GenderPrediction[], protocol: string): GenderScore[] {
  return Object.entries(PARTS).flatMap(([on, belongs]) => {
    const rows = predictions.filter(belongs);
    return rows.length === 0 ? [] : [scoreOf(on, protocol, rows)];
  });
}

function scoreOf(on: string, protocol: string, rows: readonly GenderPrediction[]): GenderScore {
  const of = (gender: Gender): Count => count(rows.filter((row) => row.gender === gender));
  const all = count(rows);
  return {
    on,
    protocol,
    speakers: new Set(rows.map(({ speaker }) => speaker)).size,
    ...all,
    accuracy: all.correct / all.n,
    male: of('male'),
    female: of('female'),
  };
}

function count(rows: readonly GenderPrediction[]): Count {
  const scored = rows.map((row) => ({
    id: row.id,
    speaker: row.speaker,
    gender: row.gender,
    label: row.gender,
    predicted: predictedGender(row),
    probabilities: softmax(row.logits, 1),
  }));
  return {
    n: rows.length,
    correct: rows.filter((row) => predictedGender(row) === row.gender).length,
    interval: rows.length > 0 ? bootstrapBySpeaker({ labels: GENDERS, rows: scored }, accuracy) : null,
  };
}

export function predictedGender({ logits: [male, female] }: Pick<GenderPrediction, 'logits'>): Gender {
  return female > male ? 'female' : 'male';
}

/** The share of the errors that doubt marks, without speakers whose gender is probably listed wrongly. */
export function measureDoubt(predictions: readonly StrangerPrediction[], below = DOUBTFUL_GENDER): Doubt {
  const rows = predictions.filter((row) => !isProbablyMislabelled(row));
  const isDoubtful = ({ logits, temperature }: StrangerPrediction): boolean =>
    Math.max(...softmax(logits, temperature)) < below;
  const errors = rows.filter((row) => predictedGender(row) !== row.gender);
  return {
    below,
    clips: rows.length,
    doubtful: rows.filter(isDoubtful).length,
    errors: errors.length,
    marked: errors.filter(isDoubtful).length,
  };
}

export interface Calibrated {
  rows: StrangerPrediction[];
  calibration: Calibration;
}

/**
 * Calibrates predictions of networks that have heard nothing of the corpora they are tested on: each corpus by the others, the
 * shipped model by all. Speakers whose gender is probably listed wrongly do not count.
 */
export function calibrate(predictions: readonly GenderPrediction[]): Calibrated {
  const known = predictions.filter((row) => !isProbablyMislabelled(row));
  const weighted = weigh(known);
  const fitOn = (belongs: (corpus: VoiceCorpus) => boolean): number =>
    CAUTION * fitTemperature(weighted.filter((_, i) => belongs(known[i].corpus)));
  const tested = testedOf(predictions);
  const byCorpus = Object.fromEntries(
    tested.map((name) => [name, fitOn((corpus) => tested.length === 1 || corpus !== name)]),
  );
  return describe(
    predictions,
    byCorpus,
    fitOn(() => true),
  );
}

/** The same figures at temperature 1, where there is nothing to fit one on. */
export function uncalibrated(predictions: readonly GenderPrediction[]): Calibrated {
  return describe(predictions, Object.fromEntries(testedOf(predictions).map((name) => [name, 1])), 1);
}

const testedOf = (predictions: readonly GenderPrediction[]): VoiceCorpus[] =>
  VOICE_CORPORA.filter((name) => predictions.some(({ corpus }) => corpus === name));

/** Each corpus counts the same. */
function weigh(predictions: readonly GenderPrediction[]): CalibrationRow[] {
  const sizes = new Map<VoiceCorpus, number>();
  for (const { corpus } of predictions) sizes.set(corpus, (sizes.get(corpus) ?? 0) + 1);
  return predictions.map(({ logits, gender, corpus }) => ({
    logits,
    label: GENDERS.indexOf(gender),
    weight: 1 / sizes.get(corpus)!,
  }));
}

function describe(
  predictions: readonly GenderPrediction[],
  byCorpus: Record<string, number>,
  temperature: number,
): Calibrated {
  const rows = predictions.map((row) => ({ ...row, temperature: byCorpus[row.corpus] }));
  const known = rows.filter((row) => !isProbablyMislabelled(row));
  const plain = weigh(known);
  const scaled = plain.map((row, i) => ({ ...row, logits: row.logits.map((logit) => logit / known[i].temperature) }));
  const figures = (some: CalibrationRow[]) => ({
    ece: calibrationError(some, 1),
    loss: negativeLogLikelihood(some, 1),
  });
  const eceOf = (name: string): number =>
    calibrationError(
      scaled.filter((_, i) => known[i].corpus === name),
      1,
    );
  const eceByCorpus = Object.fromEntries(Object.keys(byCorpus).map((name) => [name, eceOf(name)]));
  return {
    rows,
    calibration: { temperature, byCorpus, before: figures(plain), after: figures(scaled), eceByCorpus },
  };
}
