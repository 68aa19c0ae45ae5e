import type { FeatureValues } from '../../../features/types.ts';
import type { Gender } from '../../../data/clip.ts';
import { fitScaler } from '../../bundle/scaler.ts';

/**
 * What a gender model hears besides the spectrum: a logistic regression on functionals of a speech encoder, each standardised and limited to ±`HEAD.limit`.
 * The difference of the two logits, female − male, is weights · standardised + bias, and is added to that of the network.
 */
export interface VoiceHead {
  /** Mean and deviation of each functional, by which it is standardised. */
  mean: Float32Array;
  deviation: Float32Array;
  weights: Float32Array;
  bias: number;
}

/** How it is trained, and how much it counts. */
export const HEAD = {
  /** Feature set of its input. */
  features: 'moonshine-functionals',
  /** Names of the functionals that it learns from. The first layer's are weaker, and the whole set is what the emotion models take too. */
  columns: /^layer[23]_/,
  /** Standardised values beyond it are as far from what was learnt from as these. */
  limit: 4,
  /** Half of it times the squared weights is added to the mean loss: few speakers, many functionals. */
  penalty: 1 / 3,
  /** Factor of the trained weights and bias in the sum of both parts: so strong a penalty makes them too small. */
  share: 1.2,
} as const;

/** An example for the regression. */
export interface HeadRow {
  vector: FeatureValues;
  gender: Gender;
  /** The rows of a corpus and a gender together weigh as much as those of any other. */
  corpus: string;
}

/** Accelerated steps at most, and the length of the gradient at which they end. */
const STEPS = 2000;
const TOLERANCE = 1e-4;

/** The input of a bias: large, so that a step changes biases, which few rows disagree about, as fast as weights. */
const BIAS_INPUT = 10;

/**
 * Trains a head by Nesterov's accelerated gradient method for strongly convex functions (Lectures on Convex Optimization, 2018, 2.2). Each corpus has a bias
 * of its own, so that no weight need make up for microphones and rooms; the head has their mean.
 * @param names  of the functionals; those that it does not learn from have the weight 0
 * @throws {Error} unless there are rows of both genders
 */
export function fitHead(rows: readonly HeadRow[], names: readonly string[]): VoiceHead {
  if (new Set(rows.map(({ gender }) => gender)).size !== 2) throw new Error('a head needs voices of both genders');
  const columns = names.flatMap((name, i) => (HEAD.columns.test(name) ? [i] : []));
  const size = names.length;
  const values = new Float32Array(rows.length * size);
  rows.forEach(({ vector }, row) => values.set(vector, row * size));
  const scaler = fitScaler(values, size);
  const [mean, deviation] = [scaler.mean, scaler.scale].map((column) => Float32Array.from(column));
  const width = columns.length;
  const inputs = new Float32Array(rows.length * width);
  rows.forEach(({ vector }, row) => {
    columns.forEach((column, i) => (inputs[row * width + i] = limited((vector[column] - mean[column]) / deviation[column]))); // prettier-ignore
  });
  const corpora = [...new Set(rows.map(({ corpus }) => corpus))];
  const biasOf = rows.map(({ corpus }) => width + corpora.indexOf(corpus));
  const target = rows.map(({ gender }) => (gender === 'female' ? 1 : 0));
  const share = sharesOf(rows);

  /** @param at  weights, then the bias of each corpus, which no penalty holds back */
  const gradientAt = (at: Float64Array): Float64Array => {
    const gradient = at.map((weight, i) => (i < width ? HEAD.penalty * weight : 0));
    for (let row = 0; row < rows.length; row++) {
      const from = row * width;
      let margin = BIAS_INPUT * at[biasOf[row]];
      for (let i = 0; i < width; i++) margin += inputs[from + i] * at[i];
      const error = share[row] * (1 / (1 + Math.exp(-margin)) - target[row]);
      for (let i = 0; i < width; i++) gradient[i] += error * inputs[from + i];
      gradient[biasOf[row]] += BIAS_INPUT * error;
    }
    return gradient;
  };
  // The loss of a row is curved by at most a quarter of its squared inputs; the corpora, whose biases are apart, weigh the same.
  const steepest = HEAD.penalty + (largestEigenvalue(inputs, share, width) + BIAS_INPUT ** 2 / corpora.length) / 4;
  const momentum = (Math.sqrt(steepest) - Math.sqrt(HEAD.penalty)) / (Math.sqrt(steepest) + Math.sqrt(HEAD.penalty));
  let weights = new Float64Array(width + corpora.length);
  let ahead = weights;
  for (let step = 0; step < STEPS; step++) {
    const gradient = gradientAt(ahead);
    if (Math.hypot(...gradient) < TOLERANCE) break;
    const next = ahead.map((weight, i) => weight - gradient[i] / steepest);
    ahead = next.map((weight, i) => weight + momentum * (weight - weights[i]));
    weights = next;
  }
  const all = new Float32Array(names.length);
  columns.forEach((column, i) => (all[column] = HEAD.share * weights[i]));
  const bias = weights.subarray(width).reduce((sum, value) => sum + value, 0) / corpora.length;
  return { mean, deviation, weights: all, bias: Math.fround(HEAD.share * BIAS_INPUT * bias) };
}

/** The head's difference of the logits, female − male. */
export function headMargin({ mean, deviation, weights, bias }: VoiceHead, vector: FeatureValues): number {
  return weights.reduce((sum, weight, i) => sum + weight * limited((vector[i] - mean[i]) / deviation[i]), bias);
}

const limited = (value: number): number => Math.min(HEAD.limit, Math.max(-HEAD.limit, value));

/** The weight of each row; all weigh 1. */
function sharesOf(rows: readonly HeadRow[]): number[] {
  const keyOf = ({ corpus, gender }: HeadRow): string => `${corpus}/${gender}`;
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return rows.map((row) => 1 / counts.get(keyOf(row))! / counts.size);
}

/** The largest eigenvalue of Σ share · input · inputᵀ by the power method; a little more, as that comes from below. */
function largestEigenvalue(inputs: Float32Array, share: readonly number[], size: number): number {
  let vector = new Float64Array(size).fill(1 / Math.sqrt(size));
  let value = 0;
  for (let step = 0; step < 50; step++) {
    const next = new Float64Array(size);
    share.forEach((weight, row) => {
      const from = row * size;
      let product = 0;
      for (let i = 0; i < size; i++) product += inputs[from + i] * vector[i];
      for (let i = 0; i < size; i++) next[i] += weight * product * inputs[from + i];
    });
    value = Math.hypot(...next);
    vector = next.map((entry) => entry / value);
  }
  return 1.05 * value;
}
