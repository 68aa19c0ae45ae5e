import { joinSamples } from '../../features/join.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import type { SampleSpan, Span } from '../../features/windows.ts';

/** Parameters for cutting the voice out of a recording for the encoder. */
export const VOICE = {
  /** Decibels below the loudest moment at which the voice begins and ends. */
  gate: 35,
  /**
   * In noise the voice begins and ends this many decibels above it instead, if that is higher, but no less than `least` below the loudest
   * moment. The noise is what `share` of the moments outside speech do not exceed, `apart` seconds from it.
   */
  noise: { above: 4, least: 12, share: 0.8, apart: 0.15, seconds: 0.3 },
  /** Seconds before and after speech in which its sound may begin and end in such noise. */
  reach: 0.2,
  /** Seconds over which power is averaged. */
  moment: 0.025,
  /** Pauses of up to so many seconds are kept. */
  pause: 0.3,
  /** Peak after scaling, relative to full scale. */
  peak: 0.5,
  /**
   * Decibels below the loudest band of the loudest frame at which the encoder's input ends: weaker sounds are mostly noise, and what is
   * heard in pauses then counts no more in a noisy room than in a studio.
   */
  range: 40,
  /** Seconds of silence added before and after the voice, so that its ends count as much as the rest. */
  silence: 0.12,
} as const;

const samplesOf = (seconds: number): number => Math.round(seconds * SAMPLE_RATE);

/** Samples on either side of a moment's middle. */
const HALF = samplesOf(VOICE.moment / 2);

/**
 * The voice in a recording for the encoder: of all stretches with sound those in which the activity detector finds speech, concatenated,
 * scaled to a fixed peak, between two short silences. Unless there is noise, the cuts depend only on the samples of the voice, so that neither
 * gain nor silence around it changes the result; in noise, what is heard before and after speech is left out. Without spans all sound is taken.
 * @param signal  mono, 16 kHz
 * @param spans  of speech, from `speechSpans`
 * @returns at least `minimum` samples
 */
export function voiceOf(signal: Float32Array, spans: readonly Span[], minimum: number): Float32Array {
  const spoken = spans.map(({ start, end }) => ({ from: samplesOf(start), to: samplesOf(end) }));
  if (spoken.length === 0) spoken.push({ from: 0, to: signal.length });
  const power = momentaryPower(signal);
  const loudest = Math.max(...spoken.map(({ from, to }) => largest(power.subarray(from + HALF, to + HALF))));
  const below = (decibels: number): number => loudest * 10 ** (-decibels / 10);
  const noise = noisePower(power, spoken) * 10 ** (VOICE.noise.above / 10);
  const isNoisy = noise > below(VOICE.gate);
  const sounds = soundsOf(power, isNoisy ? Math.min(noise, below(VOICE.noise.least)) : below(VOICE.gate));
  const voices = isNoisy
    ? common(sounds, joinNear(spoken))
    : sounds.filter((sound) => spoken.some(({ from, to }) => from < sound.to && sound.from < to));
  const joined = joinSamples(voices.map(({ from, to }) => cut(signal, from, to)));
  const peak = largest(joined);
  const silence = samplesOf(VOICE.silence);
  const voice = new Float32Array(Math.max(minimum, joined.length + 2 * silence));
  for (let i = 0; i < joined.length; i++) voice[silence + i] = (VOICE.peak / peak) * joined[i];
  return voice;
}

/** The power around each sample, from half a moment before the signal begins to half a moment after it ends; zeros lie beyond. */
function momentaryPower(signal: Float32Array): Float64Array {
  const squares = new Float64Array(signal.length + 4 * HALF);
  for (let i = 0; i < signal.length; i++) squares[2 * HALF + i] = signal[i] * signal[i];
  const powers = new Float64Array(signal.length + 2 * HALF);
  let sum = 0;
  for (let i = 0; i < 2 * HALF; i++) sum += squares[i];
  for (let i = 0; i < powers.length; i++) {
    powers[i] = sum;
    sum += squares[i + 2 * HALF] - squares[i];
  }
  return powers;
}

/** Moments between looks at the noise, in samples. */
const STEP = samplesOf(0.005);

/** The power of what is heard apart from speech; 0 where that is too short to tell. Digital silence is no noise. */
function noisePower(power: Float64Array, spoken: readonly SampleSpan[]): number {
  const { apart, seconds, share } = VOICE.noise;
  const ends = [-samplesOf(apart), ...spoken.map(({ to }) => to)];
  const starts = [...spoken.map(({ from }) => from), power.length - 2 * HALF + samplesOf(apart)];
  const heard: number[] = [];
  ends.forEach((end, i) => {
    const to = starts[i] - samplesOf(apart) + HALF;
    for (let at = end + samplesOf(apart) + HALF; at < to; at += STEP) if (power[at] > 0) heard.push(power[at]);
  });
  if (heard.length * STEP < samplesOf(seconds)) return 0;
  return heard.sort((a, b) => a - b)[Math.floor(share * heard.length)];
}

/** Spans with `VOICE.reach` on both sides, those that then meet as one. */
function joinNear(spans: readonly SampleSpan[]): SampleSpan[] {
  const near: SampleSpan[] = [];
  for (const { from, to } of spans) {
    const span = { from: from - samplesOf(VOICE.reach), to: to + samplesOf(VOICE.reach) };
    const last = near.at(-1);
    if (last && span.from <= last.to) last.to = span.to;
    else near.push(span);
  }
  return near;
}

/** What spans of two lists have in common, in order. */
const common = (some: readonly SampleSpan[], others: readonly SampleSpan[]): SampleSpan[] =>
  some.flatMap((one) =>
    others
      .map((other) => ({ from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) }))
      .filter(({ from, to }) => from < to),
  );

/** Stretches whose power reaches the gate, with the pauses in them. They may extend beyond the signal's ends by half a moment. */
function soundsOf(power: Float64Array, gate: number): SampleSpan[] {
  const sounds: SampleSpan[] = [];
  const pause = samplesOf(VOICE.pause);
  let last: SampleSpan | undefined;
  for (let i = 0; i < power.length; i++) {
    if (power[i] < gate || power[i] === 0) continue;
    const at = i - HALF;
    if (last && at - last.to <= pause) last.to = at + 1;
    else sounds.push((last = { from: at, to: at + 1 }));
  }
  return sounds;
}

/** Samples of a signal, with zeros beyond its ends. */
function cut(signal: Float32Array, from: number, to: number): Float32Array {
  const samples = new Float32Array(to - from);
  samples.set(signal.subarray(Math.max(0, from), Math.max(0, to)), Math.max(0, -from));
  return samples;
}

/** The largest absolute value; 0 of none. */
function largest(values: Float32Array | Float64Array): number {
  let most = 0;
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- six times as fast as the iterator
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > most) most = Math.abs(values[i]);
  return most;
}
