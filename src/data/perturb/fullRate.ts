import { argmax } from '../../argmax.ts';

/*
 * GSM full rate, the first codec of mobile telephones (ETSI EN 300 961, GSM 06.10: 13 kbit/s, regular pulse excitation with long-term prediction), coded and
 * decoded at once and in floating point: what its frames would hold is quantised as there, but no bits are packed.
 */

/** Samples at 8 kHz of a frame, and of its four parts. */
const FRAME = 160;
const PART = 40;
/** Of pre-emphasis, undone at the end. */
const EMPHASIS = 0.86;
/** Full scale of the quantisers. */
const SCALE = 32_768;

/** Quantisers of the log area ratios: factor, offset, and lowest code; the highest is one less above 0 than that is below. */
const RATIOS = [
  [20, 0, -32],
  [20, 0, -32],
  [20, 4, -16],
  [20, -5, -16],
  [13.637, 0.184, -8],
  [15, -3.5, -8],
  [8.334, -0.666, -4],
  [8.824, -2.235, -4],
] as const;
const ORDER = RATIOS.length;

/** Log area ratios move from those of the frame before: the end of each stretch, and the weight of the new ones in it. */
const STRETCHES = [
  [13, 0.25],
  [27, 0.5],
  [PART, 0.75],
  [FRAME, 1],
] as const;

/** Samples back from which a part is predicted. */
const LAGS = { least: 40, most: 120 } as const;
/** Gains of that prediction, and the largest quotient that each stands for. */
const GAINS = [
  [0.2, 0.1],
  [0.5, 0.35],
  [0.8, 0.65],
  [Infinity, 1],
] as const;

/** Weighting before the pulses are chosen. */
const WEIGHTING = [-134, -374, 0, 2054, 5741, 8192, 5741, 2054, 0, -374, -134].map((value) => value / 8192);
/** Every third residual is a pulse, from one of four places. */
const PULSES = { count: 13, apart: 3, places: 4, levels: 8 } as const;

/**
 * Speech as a mobile telephone transmits it, with no frame lost.
 * @param samples  at 8 kHz, full scale ±1
 * @returns as many samples
 */
export function fullRate(samples: Float32Array): Float32Array {
  const out = new Float32Array(samples.length);
  /** The residual as it is decoded, after what the longest lag needs of the frame before. */
  const decoded = new Float64Array(LAGS.most + FRAME);
  const analysis = new Float64Array(ORDER + 1);
  const synthesis = new Float64Array(ORDER + 1);
  let ratios: readonly number[] = new Array<number>(ORDER).fill(0);
  let [before, after] = [0, 0];
  for (let start = 0; start < samples.length; start += FRAME) {
    const emphasised = Float64Array.from({ length: FRAME }, (_, i) => {
      const sample = SCALE * (samples[start + i] ?? 0);
      const value = sample - EMPHASIS * before;
      before = sample;
      return value;
    });
    const next = reflections(emphasised).map((one, i) => quantisedRatio(ratioOf(one), i));
    const filters = STRETCHES.map(([end, weight]) => ({
      end,
      coefficients: next.map((ratio, i) => reflectionOf((1 - weight) * ratios[i] + weight * ratio)),
    }));
    ratios = next;
    const filterAt = (i: number): readonly number[] => filters.find(({ end }) => i < end)!.coefficients;
    const residual = emphasised.map((value, i) => analysed(value, filterAt(i), analysis));
    decoded.copyWithin(0, FRAME);
    for (let part = 0; part < FRAME; part += PART) codePart(residual.subarray(part, part + PART), decoded, LAGS.most + part); // prettier-ignore
    for (let i = 0; i < FRAME && start + i < samples.length; i++) {
      after = synthesised(decoded[LAGS.most + i], filterAt(i), synthesis) + EMPHASIS * after;
      out[start + i] = after / SCALE;
    }
  }
  return out;
}

/** Reflection coefficients of a frame, from its autocorrelation, by the Levinson–Durbin recursion. */
function reflections(frame: Float64Array): number[] {
  const correlation = Array.from({ length: ORDER + 1 }, (_, lag) => {
    let sum = 0;
    for (let i = lag; i < FRAME; i++) sum += frame[i] * frame[i - lag];
    return sum;
  });
  const found = new Array<number>(ORDER).fill(0);
  let [error] = correlation;
  let filter = [1];
  for (let n = 0; n < ORDER && error > 0; n++) {
    const reflection = -filter.reduce((sum, weight, i) => sum + weight * correlation[n + 1 - i], 0) / error;
    const [longer, reversed] = [
      [...filter, 0],
      [0, ...filter.toReversed()],
    ];
    filter = longer.map((weight, i) => weight + reflection * reversed[i]);
    error *= 1 - reflection ** 2;
    found[n] = reflection;
  }
  return found;
}

/** The log area ratio, as the standard approximates it. */
function ratioOf(reflection: number): number {
  const size = Math.abs(reflection);
  if (size < 0.675) return reflection;
  return Math.sign(reflection) * (size < 0.95 ? 2 * size - 0.675 : 8 * size - 6.375);
}

function reflectionOf(ratio: number): number {
  const size = Math.abs(ratio);
  if (size < 0.675) return ratio;
  return Math.sign(ratio) * (size < 1.225 ? 0.5 * size + 0.3375 : Math.min(0.125 * size + 0.796875, 0.9999));
}

function quantisedRatio(ratio: number, i: number): number {
  const [factor, offset, least] = RATIOS[i];
  const code = Math.min(-least - 1, Math.max(least, Math.round(factor * ratio + offset)));
  return (code - offset) / factor;
}

/** One sample through the lattice that leaves what the last eight do not predict. @param memory  of the lattice; changed */
function analysed(value: number, reflections: readonly number[], memory: Float64Array): number {
  let ahead = value;
  let saved = value;
  reflections.forEach((reflection, i) => {
    const behind = memory[i];
    memory[i] = saved;
    saved = behind + reflection * ahead;
    ahead += reflection * behind;
  });
  return ahead;
}

/** The inverse of `analysed`. */
function synthesised(residual: number, reflections: readonly number[], memory: Float64Array): number {
  let value = residual;
  for (let i = ORDER - 1; i >= 0; i--) {
    value -= reflections[i] * memory[i];
    memory[i + 1] = memory[i] + reflections[i] * value;
  }
  memory[0] = value;
  return value;
}

/** Codes a part of the residual and writes it as it is decoded. @param decoded  of which the values before `at` are known */
function codePart(residual: Float64Array, decoded: Float64Array, at: number): void {
  const { lag, gain } = predictor(residual, decoded, at);
  const left = residual.map((value, i) => value - gain * decoded[at + i - lag]);
  const pulses = codedPulses(left);
  for (let i = 0; i < PART; i++) decoded[at + i] = pulses[i] + gain * decoded[at + i - lag];
}

/** The lag at which the decoded residual resembles a part most, and the quantised gain there. */
function predictor(residual: Float64Array, decoded: Float64Array, at: number): { lag: number; gain: number } {
  let best = { lag: LAGS.least as number, product: -Infinity };
  for (let lag = LAGS.least; lag <= LAGS.most; lag++) {
    let product = 0;
    for (let i = 0; i < PART; i++) product += residual[i] * decoded[at + i - lag];
    if (product > best.product) best = { lag, product };
  }
  let energy = 0;
  for (let i = 0; i < PART; i++) energy += decoded[at + i - best.lag] ** 2;
  const quotient = energy > 0 ? best.product / energy : 0;
  return { lag: best.lag, gain: GAINS.find(([most]) => quotient <= most)![1] };
}

/** What is left of a part as 13 pulses of eight levels, the strongest of the four possible rows of them; zeros between. */
function codedPulses(left: Float64Array): Float64Array {
  const middle = (WEIGHTING.length - 1) / 2;
  const weighted = left.map((_, i) => WEIGHTING.reduce((sum, weight, j) => sum + weight * (left[i + j - middle] ?? 0), 0)); // prettier-ignore
  const rows = Array.from({ length: PULSES.places }, (_, place) =>
    Array.from({ length: PULSES.count }, (_, i) => weighted[place + PULSES.apart * i]),
  );
  const energies = rows.map((row) => row.reduce((sum, value) => sum + value ** 2, 0));
  const place = argmax(energies);
  const peak = quantisedPeak(Math.max(...rows[place].map(Math.abs)));
  const pulses = new Float64Array(PART);
  rows[place].forEach((value, i) => {
    const level = Math.floor((PULSES.levels / 2) * (1 + value / peak));
    const code = Math.min(PULSES.levels - 1, Math.max(0, level));
    pulses[place + PULSES.apart * i] = (peak * (2 * code + 1 - PULSES.levels)) / PULSES.levels;
  });
  return pulses;
}

/** The peak of the pulses in 64 levels: steps of 32, from 512 on eight steps in each octave; the upper end of a step. */
function quantisedPeak(peak: number): number {
  const step = peak < 512 ? 32 : 2 ** (Math.floor(Math.log2(peak)) - 3);
  return (Math.floor(peak / step) + 1) * step - 1;
}
