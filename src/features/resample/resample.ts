import { expectSignal } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import { createInterpolator } from './interpolate.ts';
import { designLowpass } from './kaiser.ts';
import { createFilter, type Filter } from './overlapSave.ts';
import { memoize } from '../../memoize.ts';

/** Rates further apart than this are a sign of a damaged header. */
const LARGEST_RATIO = 64;

/** End of the pass band, as a share of the lower Nyquist frequency; the stop band begins at 1; −3 dB at 0.95. */
const PASS_BAND = 0.913744;
/** Attenuation of a single filter, and of each of several filters, whose errors add up; dB. */
const ATTENUATION = { one: 128.7, several: 134.2 };
/** Share of its transition band by which the filter before an interpolation reaches into the pass band: 0.01 dB are lost there. */
const DROOP = 0.138;
/** Largest number of phases for exact interpolation; beyond it, linear interpolation between this many has an error of −130 dB. */
const MOST_PHASES = 1024;

/**
 * Converts a signal to another sampling rate by linear-phase FIR filters without delay; beyond its ends the signal is zero.
 * The pass band ends at 0.914 of the lower Nyquist frequency, the stop band begins at 1 and is 120 dB down.
 * Close to `librosa.resample(y, orig_sr=from, target_sr=to)` 0.10.2 (soxr HQ): to 16 kHz, the difference is −100 dB from 48 and 96 kHz and −80 dB
 * from 8, 22.05 and 44.1 kHz for tones and noise (docs/parity.md); at other rates, for white noise up to the Nyquist frequency, −60 dB.
 * @param from  Hz
 * @param to  Hz
 * @returns  ceil(length × to / from) samples
 * @throws {SerError} `audio` for rates that are not positive, or differ by a factor of more than 64
 * @example
 * const tone = Float32Array.from({ length: 48_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 48_000));
 * const converted = resample(tone, 48_000, 16_000);
 * converted.length // → 16000
 * converted[8001] - Math.sin((2 * Math.PI * 440 * 8001) / 16_000) // → 0.00000
 */
export function resample(signal: Float32Array, from: number, to: number): Float32Array {
  expectSignal(signal, 'resample: signal');
  checkRates(from, to);
  if (from === to) return signal.slice();
  const wanted = Math.ceil(signal.length * (to / from));
  // As in librosa, which sets a last sample to zero that lies more than half a step beyond the signal.
  const length = Math.min(wanted, Math.round(signal.length / (from / to)));
  const samples = length > 0 ? convert(signal, from, to, length) : new Float32Array(0);
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

function convert(signal: Float32Array, from: number, to: number, length: number): Float32Array {
  const filters = plan(from, to);
  const last = filters.length - 1;
  return filters.reduce((samples, filter, i) => filter(samples, i === last ? length : undefined), signal);
}

/** The filters of the conversions of late: a corpus has few rates, a server may meet many. */
const plan = memoize(planFilters, 32);

/**
 * The filters of a conversion. If the rates are far apart, the higher one is first halved, with wide transition bands. A sharp filter then
 * raises or lowers the rate by an integer factor; if more is needed, to a rate at which the upper half of the band is empty, so that
 * a short filter can interpolate.
 */
function planFilters(from: number, to: number): Filter[] {
  const halvings = Math.max(0, Math.floor(Math.log2(from / to)) - 1);
  let rate = from / 2 ** halvings;
  const down = Number.isInteger(rate / to) ? rate / to : 1;
  const up = Number.isInteger(to / rate) ? to / rate : rate < 2 * to ? 2 : 1;
  const step = (rate * up) / down / to;
  const attenuation = halvings > 0 || !Number.isInteger(step) ? ATTENUATION.several : ATTENUATION.one;

  const filters: Filter[] = [];
  for (let halved = from / 2; halved >= rate; halved /= 2) {
    // Only frequencies that would alias below the last Nyquist frequency need to be removed.
    const lowpass = designLowpass(to / halved, 2 - to / halved, attenuation);
    filters.push(createFilter({ up: 1, down: 2, lowpass }));
  }
  const band = Math.min(1, (to * down) / rate);
  filters.push(createFilter({ up, down, lowpass: designLowpass(PASS_BAND * band, band, attenuation) }));
  if (step === 1) return filters;
  if (Number.isInteger(step)) return [...filters, keepEvery(step)];

  rate *= up;
  const [passBand, stopBand] = [(PASS_BAND * band) / up, 2 - band / up];
  const lowpass = designLowpass(passBand - DROOP * (stopBand - passBand), stopBand, attenuation);
  const phases = to / greatestCommonDivisor(rate, to);
  const exact = phases <= MOST_PHASES;
  const interpolate = createInterpolator({ lowpass, phases: exact ? phases : MOST_PHASES, exact });
  return [...filters, (signal, length = Math.ceil(signal.length / step)) => interpolate(signal, step, length)];
}

/** Keeps every `step`-th sample of a signal that has no content above the new Nyquist frequency. */
function keepEvery(step: number): Filter {
  return (signal, length = Math.ceil(signal.length / step)) => {
    const output = new Float32Array(length);
    for (let n = 0, at = 0; n < length && at < signal.length; n++, at += step) output[n] = signal[at];
    return output;
  };
}

/** For fractions the result is a small number, if any. */
export function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
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
