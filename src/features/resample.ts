import { SerError } from '../error.ts';
import { planStages } from './soxrPlan.ts';
import type { Stage } from './soxrStage.ts';

/** Rates further apart than this are a damaged header rather than a recording. */
const LARGEST_RATIO = 64;

const plans = new Map<number, Stage[]>();
/** Plans kept: a corpus has few rates, a server may meet many. */
const MOST_PLANS = 32;

/**
 * Converts a signal to another sampling rate, band-limited and without delay; beyond its ends the signal is zero.
 * Is `librosa.resample(y, orig_sr=from, target_sr=to)` 0.10.2 of float32, which is soxr 0.1.3 at HQ on x86-64: bit for bit at the
 * some forty ratios compared, whole or not, from 1:61 to 16:1, first and last samples and digital silence included.
 * @param from  Hz
 * @param to  Hz
 * @returns  ceil(length × to / from) samples
 * @throws {SerError} `audio` for rates that are not positive, or further apart than 64 times
 */
export function resample(signal: Float32Array, from: number, to: number): Float32Array {
  checkRates(from, to);
  if (from === to) return signal.slice();
  const wanted = Math.ceil(signal.length * (to / from));
  // soxr rounds where librosa rounds up, and librosa fills the sample in between with zero.
  const length = Math.min(wanted, Math.floor(signal.length / (from / to) + 0.5));
  const samples = length > 0 ? convert(signal, from / to, length) : new Float32Array(0);
  if (length === wanted) return samples;
  const result = new Float32Array(wanted);
  result.set(samples);
  return result;
}

/**
 * Halves the rate of a signal: `resample(signal, 2, 1)`, which the constant-Q transform needs for each octave.
 * @returns  ceil(length / 2) samples
 */
export function halveRate(signal: Float32Array): Float32Array {
  return resample(signal, 2, 1);
}

function convert(signal: Float32Array, ratio: number, length: number): Float32Array {
  const stages = plan(ratio);
  // Each stage makes as much as the next one needs, beyond the end of the signal as well, where its filter dies away.
  const lengths = [length];
  for (const stage of stages.slice(1).toReversed()) lengths.unshift(stage.needs(lengths[0]));
  return stages.reduce((samples, stage, i) => stage.run(samples, lengths[i]), signal);
}

function plan(ratio: number): Stage[] {
  let stages = plans.get(ratio);
  if (!stages) {
    stages = planStages(ratio);
    if (plans.size >= MOST_PLANS) plans.clear();
    plans.set(ratio, stages);
  }
  return stages;
}

function checkRates(from: number, to: number): void {
  for (const rate of [from, to]) {
    if (rate > 0 && Number.isFinite(rate)) continue;
    throw new SerError(
      'audio',
      `A sampling rate of ${rate} Hz is none: it must be a positive number. Check the file's header.`,
    );
  }
  if (Math.max(from / to, to / from) > LARGEST_RATIO) {
    throw new SerError(
      'audio',
      `Resampling from ${from} to ${to} Hz is not supported: the rates are more than ${LARGEST_RATIO} times apart. Check the file's header.`,
    );
  }
}
