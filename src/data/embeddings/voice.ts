import { joinSamples } from '../../features/join.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import type { SampleSpan, Span } from '../../features/windows.ts';

/** Parameters for cutting the voice out of a recording for the encoder. */
export const VOICE = {
  /** Seconds around the activity detector's spans within which the voice may begin or end. */
  margin: 0.25,
  /** Decibels below the loudest moment at which the voice begins and ends. */
  gate: 35,
  /** Seconds over which power is averaged. */
  moment: 0.025,
  /** Peak after scaling, relative to full scale. */
  peak: 0.5,
  /** Seconds of silence added before and after the voice, so that its ends count as much as the rest. */
  silence: 0.12,
} as const;

const samplesOf = (seconds: number): number => Math.round(seconds * SAMPLE_RATE);

/**
 * The voice in a recording for the encoder: the activity detector's spans, trimmed by power, concatenated,
 * scaled to a fixed peak, between two short silences. The cuts depend only on the samples of the voice, so that neither gain nor silence
 * around it changes the result. Without spans the whole recording is searched.
 * @param signal  mono, 16 kHz
 * @param spans  of speech, from `speechSpans`
 * @returns at least `minimum` samples
 */
export function voiceOf(signal: Float32Array, spans: readonly Span[], minimum: number): Float32Array {
  const wide = widened(spans.length > 0 ? spans : [{ start: 0, end: signal.length / SAMPLE_RATE }]);
  const powers = wide.map((span) => momentaryPower(signal, span));
  const gate = largest(powers) * 10 ** (-VOICE.gate / 10);
  const parts = wide.flatMap(({ from }, i) => {
    const first = powers[i].findIndex((power) => power >= gate);
    const last = powers[i].findLastIndex((power) => power >= gate);
    return first < 0 ? [] : [cut(signal, from + first, from + last + 1)];
  });
  const joined = joinSamples(parts);
  const peak = joined.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const silence = samplesOf(VOICE.silence);
  const voice = new Float32Array(Math.max(minimum, joined.length + 2 * silence));
  if (peak > 0) for (let i = 0; i < joined.length; i++) voice[silence + i] = (VOICE.peak / peak) * joined[i];
  return voice;
}

/** The spans with the margin around them, in samples; touching ones are merged. They may extend beyond the signal's ends. */
function widened(spans: readonly Span[]): SampleSpan[] {
  const wide: SampleSpan[] = [];
  for (const { start, end } of spans) {
    const span = { from: samplesOf(start - VOICE.margin), to: samplesOf(end + VOICE.margin) };
    const last = wide.at(-1);
    if (last && span.from <= last.to) last.to = span.to;
    else wide.push(span);
  }
  return wide;
}

/** Samples of a signal, with zeros beyond its ends. */
function cut(signal: Float32Array, from: number, to: number): Float32Array {
  const samples = new Float32Array(to - from);
  samples.set(signal.subarray(Math.max(0, from), to), Math.max(0, -from));
  return samples;
}

const largest = (arrays: readonly Float64Array[]): number => {
  let most = 0;
  for (const array of arrays) for (const value of array) if (value > most) most = value;
  return most;
};

/** The power around each sample of a span, with zeros beyond the signal's ends. */
function momentaryPower(signal: Float32Array, { from, to }: SampleSpan): Float64Array {
  const half = samplesOf(VOICE.moment / 2);
  const square = (i: number): number => (i >= 0 && i < signal.length ? signal[i] * signal[i] : 0);
  const powers = new Float64Array(to - from);
  let sum = 0;
  for (let i = from - half; i < from + half; i++) sum += square(i);
  for (let i = from; i < to; i++) {
    powers[i - from] = sum;
    sum += square(i + half) - square(i - half);
  }
  return powers;
}
