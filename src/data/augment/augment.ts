import { SerError } from '../../error.ts';
import type { Random } from '../../random.ts';
import { reverberate } from '../perturb/room.ts';
import { mobile, telephoneBand } from '../perturb/telephone.ts';
import { addInterference, type Recordings } from './interference.ts';
import { interpolate } from './interpolate.ts';
import { movePitch } from './movePitch.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { fixLength, pitchShift, timeStretch } from './timeStretch.ts';

/** A kind of change: its probability, and the bounds of its strength (drawn uniformly). */
export interface AugmentStep {
  probability: number;
  low: number;
  high: number;
}

/** Changes of a training clip, in the order in which they are applied. Omitted ones are not applied. */
export interface AugmentOptions {
  /** White Gaussian noise; standard deviation relative to full scale. */
  noise?: AugmentStep;
  /** Faster or slower at the same pitch, cut or padded to the old length; rate. */
  stretch?: AugmentStep;
  /** Higher or lower at the same speed; semitones. */
  pitch?: AugmentStep;
  /** Circular rotation in time; share of the clip's length. */
  shift?: AugmentStep;
  /** Higher or lower with the formants unchanged, as if by the same vocal tract; semitones. */
  voicePitch?: AugmentStep;
  /** Faster and higher at once, like a tape, which changes the length; rate. */
  speed?: AugmentStep;
  /** Reverberation of a synthetic room; seconds in which it falls by 60 dB. */
  room?: AugmentStep;
  /** Noise of many kinds (`addInterference`); signal-to-noise ratio, dB. */
  interference?: AugmentStep;
  /** A mobile telephone: its band, and GSM's first codec (`fullRate`); peak level relative to full scale. */
  mobile?: AugmentStep;
  /** The band of a telephone and its companding (G.711's µ-law); peak level relative to full scale. */
  telephone?: AugmentStep;
  /** Overdriven and clipped; dB. */
  clipping?: AugmentStep;
  /** Companding with few bits on a logarithmic scale (ITU-T G.711's µ-law), as on telephones; bits. */
  companding?: AugmentStep;
}

/** The reference system's. */
export const AUGMENT_DEFAULTS = {
  noise: { probability: 0.5, low: 0.001, high: 0.01 },
  stretch: { probability: 0.7, low: 0.9, high: 1.1 },
  pitch: { probability: 0.6, low: -1.5, high: 1.5 },
  shift: { probability: 0.5, low: -0.2, high: 0.2 },
} as const satisfies AugmentOptions;

/** Conditions in which a voice is recorded: for models that are to hold on other voices, microphones and rooms. */
export const DISTURBANCES = {
  speed: { probability: 0.5, low: 0.87, high: 1.15 },
  room: { probability: 0.5, low: 0.15, high: 0.9 },
  interference: { probability: 0.75, low: 0, high: 30 },
  mobile: { probability: 0.15, low: 0.05, high: 0.9 },
  telephone: { probability: 0.2, low: 0.05, high: 0.9 },
  clipping: { probability: 0.1, low: 1, high: 12 },
} as const satisfies AugmentOptions;

/** Recipes for augmented copies, by name; the first is the default. */
export const AUGMENTATIONS = { reference: AUGMENT_DEFAULTS, disturbances: DISTURBANCES } as const;

/** Bounds of a room's ratio of direct to reverberant sound, dB. */
const DIRECT = [-4, 10] as const;

type Change = (signal: Float32Array, strength: number, random: Random, recordings: Recordings) => Float32Array;

const CHANGES: Record<keyof AugmentOptions, Change> = {
  noise: addNoise,
  stretch: (signal, rate) => fixLength(timeStretch(signal, rate), signal.length),
  pitch: pitchShift,
  shift: (signal, share) => rotate(signal, Math.round(share * signal.length)),
  voicePitch: movePitch,
  speed: (signal, rate) => interpolate(signal, rate, Math.max(1, Math.round(signal.length / rate))),
  room: (signal, seconds, random) =>
    reverberate(signal, random, { seconds, directToReverberant: random.between(...DIRECT) }),
  interference: addInterference,
  mobile: (signal, peak) => mobile({ samples: scaledTo(signal, peak), sampleRate: SAMPLE_RATE }),
  telephone: (signal, peak) => compand(telephoneBand({ samples: scaledTo(signal, peak), sampleRate: SAMPLE_RATE }), 8),
  clipping: overdrive,
  companding: compand,
};

/**
 * A changed copy of a clip, of the same length unless its speed changes. With the defaults like `audiomentations.Compose([AddGaussianNoise, TimeStretch, PitchShift, Shift])`
 * of the versions that used librosa (up to 0.30) with their defaults; only the random numbers differ.
 * @param signal  mono, 16 kHz; not modified
 * @param random  the same state gives the same copy
 * @param recordings  for `interference`. Default: only synthetic noise
 * @throws {SerError} `audio` for an empty signal, `usage` for a probability outside 0–1, or bounds in the wrong order
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const copy = augment(tone, createRandom('7/tone'));
 * copy.length // → 16000
 */
export function augment(
  signal: Float32Array,
  random: Random,
  steps: AugmentOptions = AUGMENT_DEFAULTS,
  recordings: Recordings = {},
): Float32Array {
  if (signal.length === 0) throw new SerError('audio', 'The signal is empty: there is nothing to augment.');
  let result: Float32Array = signal.slice();
  for (const kind of Object.keys(CHANGES) as (keyof AugmentOptions)[]) {
    const step = steps[kind];
    if (!step) continue;
    const { probability, low, high } = checked(kind, step);
    if (random.uniform() < probability) result = CHANGES[kind](result, random.between(low, high), random, recordings);
  }
  return result;
}

function addNoise(signal: Float32Array, amplitude: number, random: Random): Float32Array {
  return signal.map((sample) => sample + amplitude * random.normal());
}

/** Rotates to the right by `places`, as `numpy.roll`. */
function rotate(signal: Float32Array, places: number): Float32Array {
  const { length } = signal;
  const start = ((places % length) + length) % length;
  const rotated = new Float32Array(length);
  rotated.set(signal.subarray(0, length - start), start);
  rotated.set(signal.subarray(length - start));
  return rotated;
}

function peakOf(signal: Float32Array): number {
  let peak = 1e-9;
  for (const sample of signal) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

function scaledTo(signal: Float32Array, peak: number): Float32Array {
  const factor = peak / peakOf(signal);
  return signal.map((sample) => factor * sample);
}

function overdrive(signal: Float32Array, decibels: number): Float32Array {
  const limit = peakOf(signal) / 10 ** (decibels / 20);
  return signal.map((sample) => Math.max(-limit, Math.min(limit, sample)));
}

const MU = 255;

function compand(signal: Float32Array, bits: number): Float32Array {
  const levels = 2 ** (bits - 1) - 1;
  return signal.map((sample) => {
    const level = Math.round((levels * Math.log1p(MU * Math.min(1, Math.abs(sample)))) / Math.log1p(MU)) / levels;
    return (Math.sign(sample) * Math.expm1(level * Math.log1p(MU))) / MU;
  });
}

function checked(kind: string, step: AugmentStep): AugmentStep {
  const { probability, low, high } = step;
  if (probability >= 0 && probability <= 1 && low <= high) return step;
  throw new SerError(
    'usage',
    `Augmentation "${kind}" cannot have probability ${probability} and strengths from ${low} to ${high}.`,
  );
}
