import { LOG_MEL } from '../../../features/sets/logMel.ts';
import { createRandom, type Random } from '../../../random.ts';

/** Disturbances of a voice: each with its probability, and strengths drawn uniformly. */
export const DISTURB_DEFAULTS = {
  /** dB, always applied. The level only has an effect through the floor of the logarithm. */
  level: { low: -25, high: 10 },
  /** Mean of each band and of this many on either side: without its harmonics, as when whispering, a voice has a vocal tract but no pitch. */
  smear: { probability: 0.05, bands: [2, 5] },
  /** Late reverberation: seconds until it has fallen by 60 dB; dB below the voice. */
  reverberation: { probability: 0.3, seconds: [0.15, 0.9], below: [3, 18] },
  /** Smooth curves over the bands: amplitude of each cosine in dB. */
  equalisation: { probability: 0.8, strength: 4 },
  /** Noise of a random colour: dB below the voice. */
  noise: { probability: 0.5, below: [5, 40], strength: 5 },
  /** Attenuation in dB of the bands below and above these limits: telephones, small loudspeakers, codecs, low sampling rates. */
  bandLimit: { probability: 0.3, low: [50, 400], high: [2800, 7600], reduction: [15, 80] },
  /** As in SpecAugment (Park et al., 2019): largest number of consecutive frames and bands to mask. */
  masks: { probability: 0.4, frames: 12, bands: 10 },
} as const;

const { mels, floor, hop, sampleRate } = LOG_MEL;
const DB = Math.LN10 / 10;
const hzToMel = (hz: number): number => Math.log1p(hz / 700);
const bandOf = (hz: number): number =>
  (mels * (hzToMel(hz) - hzToMel(LOG_MEL.fmin))) / (hzToMel(LOG_MEL.fmax) - hzToMel(LOG_MEL.fmin));

/** Powers of noise with mean 1: a low band consists of few bins, so its power varies more (exponentially, like one bin). */
const FLUCTUATION = ((): Float32Array => {
  const random = createRandom('noise');
  return Float32Array.from({ length: 4096 * mels }, (_, i) => {
    const spread = 1 - (0.7 * (i % mels)) / mels;
    return 1 - spread - spread * Math.log(1 - random.uniform());
  });
})();

/**
 * Disturbs a voice, in place. Powers add up well enough for this to be done to spectra, anew each time.
 * @param piece  log-mel frames × 80, including the time mean
 */
export function disturb(piece: Float32Array, random: Random): void {
  const { level, smear, reverberation, equalisation, noise, bandLimit } = DISTURB_DEFAULTS;
  const happens = ({ probability }: { probability: number }): boolean => random.uniform() < probability;
  const within = ([low, high]: readonly [number, number]): number => random.between(low, high);

  const gain = new Float32Array(mels).fill(random.between(level.low, level.high) * DB);
  if (happens(equalisation)) addCurve(gain, equalisation.strength, random);
  for (let i = 0; i < piece.length; i++) piece[i] = Math.exp(piece[i] + gain[i % mels]);
  if (happens(smear)) smearBands(piece, Math.round(within(smear.bands)));
  if (happens(reverberation)) reverberate(piece, within(reverberation.seconds), within(reverberation.below));
  if (happens(noise)) addNoise(piece, within(noise.below), noise.strength, random);
  const limit = happens(bandLimit) ? limits(within(bandLimit.low), within(bandLimit.high), within(bandLimit.reduction)) : undefined; // prettier-ignore
  for (let i = 0; i < piece.length; i++) piece[i] = Math.log(piece[i] * (limit?.[i % mels] ?? 1) + floor);
}

/** Adds a tilt and three waves over the bands, in dB, to logarithms of power. */
function addCurve(curve: Float32Array, strength: number, random: Random): void {
  for (const waves of [0.5, 1, 1.5, 2.5]) {
    const amplitude = random.normal() * strength * DB;
    const phase = random.between(0, 2 * Math.PI);
    for (let band = 0; band < mels; band++)
      curve[band] += amplitude * Math.cos(2 * Math.PI * waves * (band / mels) + phase);
  }
}

function smearBands(power: Float32Array, most: number): void {
  const frame = new Float32Array(mels);
  for (let start = 0; start < power.length; start += mels) {
    frame.set(power.subarray(start, start + mels));
    for (let band = 0; band < mels; band++) {
      const around = frame.subarray(Math.max(0, band - most), band + most + 1);
      power[start + band] = around.reduce((sum, value) => sum + value, 0) / around.length;
    }
  }
}

/** Adds an exponential decay after each frame. */
function reverberate(power: Float32Array, seconds: number, below: number): void {
  const decay = 10 ** ((-6 * hop) / (sampleRate * seconds));
  const share = (Math.exp(-below * DB) * (1 - decay)) / decay;
  const trail = new Float32Array(mels);
  for (let i = 0; i < power.length; i++) {
    const band = i % mels;
    const direct = power[i];
    power[i] += trail[band];
    trail[band] = decay * (trail[band] + share * direct);
  }
}

function addNoise(power: Float32Array, below: number, strength: number, random: Random): void {
  const colour = new Float32Array(mels);
  addCurve(colour, strength, random);
  const voice = power.reduce((sum, value) => sum + value, 0) / (power.length / mels);
  const sum = colour.reduce((total, value) => total + Math.exp(value), 0);
  const scale = colour.map((value) => (Math.exp(value) / sum) * voice * Math.exp(-below * DB));
  const begin = mels * random.integer(FLUCTUATION.length / mels);
  for (let i = 0; i < power.length; i++) power[i] += scale[i % mels] * FLUCTUATION[(begin + i) % FLUCTUATION.length];
}

/** A factor for each band: 1 within the limits, falling over four bands outside. */
function limits(low: number, high: number, reduction: number): Float32Array {
  const [first, last] = [bandOf(low), bandOf(high)];
  return Float32Array.from({ length: mels }, (_, band) => {
    const outside = Math.min(1, Math.max(0, first - band - 1, band + 1 - last) / 4);
    return Math.exp(-outside * reduction * DB);
  });
}

/** Masks some frames and some bands, in place, with 0, the mean of every band. */
export function maskPatches(piece: Float32Array, random: Random): void {
  const { probability, ...most } = DISTURB_DEFAULTS.masks;
  const frames = piece.length / mels;
  if (random.uniform() < probability) {
    const length = 1 + random.integer(most.frames);
    const from = random.integer(frames - length);
    piece.fill(0, from * mels, (from + length) * mels);
  }
  if (random.uniform() < probability) {
    const width = 1 + random.integer(most.bands);
    const from = random.integer(mels - width);
    for (let t = 0; t < frames; t++) piece.fill(0, t * mels + from, t * mels + from + width);
  }
}
