import { LOG_MEL } from '../../../features/sets/logMel.ts';
import { createRandom, type Random } from '../../../random.ts';

/** What may happen to a voice on its way to the recording: each with its probability, strengths drawn uniformly. */
export const DISTURB_DEFAULTS = {
  /** dB, always. Through the floor of the logarithm alone does level show at all. */
  level: { low: -25, high: 10 },
  /** Late reverberation: seconds until it is 60 dB lower; dB below the voice. */
  reverberation: { probability: 0.4, seconds: [0.15, 0.9], below: [0, 15] },
  /** Smooth curves over the bands: dB of each of their cosines. */
  equalisation: { probability: 0.8, strength: 4 },
  /** Noise of a random colour: dB below the voice. */
  noise: { probability: 0.6, below: [0, 35], strength: 5 },
  /** Bands below and above these are taken away by so many dB: telephones, small loudspeakers, codecs, low sampling rates. */
  bandLimit: { probability: 0.4, low: [50, 400], high: [2800, 7600], reduction: [15, 80] },
  /** In SpecAugment's manner (Park et al., 2019): longest run of frames and of bands that is blanked. */
  masks: { probability: 0.4, frames: 12, bands: 10 },
} as const;

const { mels, floor, hop, sampleRate } = LOG_MEL;
const DB = Math.LN10 / 10;
const hzToMel = (hz: number): number => Math.log1p(hz / 700);
const bandOf = (hz: number): number =>
  (mels * (hzToMel(hz) - hzToMel(LOG_MEL.fmin))) / (hzToMel(LOG_MEL.fmax) - hzToMel(LOG_MEL.fmin));

/** Powers of noise of mean 1: few bins make a low band, whose power therefore varies more (exponentially, as of one bin). */
const FLUCTUATION = ((): Float32Array => {
  const random = createRandom('noise');
  return Float32Array.from({ length: 4096 * mels }, (_, i) => {
    const spread = 1 - (0.7 * (i % mels)) / mels;
    return 1 - spread - spread * Math.log(1 - random.uniform());
  });
})();

/**
 * Disturbs a voice, in place. Powers add up well enough for that, so it can be done to spectra, anew every time.
 * @param piece  log-mel frames × 80, the time mean left in
 */
export function disturb(piece: Float32Array, random: Random): void {
  const { level, reverberation, equalisation, noise, bandLimit } = DISTURB_DEFAULTS;
  const happens = ({ probability }: { probability: number }): boolean => random.uniform() < probability;
  const within = ([low, high]: readonly [number, number]): number => random.between(low, high);

  const gain = new Float32Array(mels).fill(random.between(level.low, level.high) * DB);
  if (happens(equalisation)) addCurve(gain, equalisation.strength, random);
  for (let i = 0; i < piece.length; i++) piece[i] = Math.exp(piece[i] + gain[i % mels]);
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

/** Each frame leaves an exponential trail behind. */
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

/** A factor for each band: 1 within, falling over four bands outside. */
function limits(low: number, high: number, reduction: number): Float32Array {
  const [first, last] = [bandOf(low), bandOf(high)];
  return Float32Array.from({ length: mels }, (_, band) => {
    const outside = Math.min(1, Math.max(0, first - band - 1, band + 1 - last) / 4);
    return Math.exp(-outside * reduction * DB);
  });
}

/** Blanks some frames and some bands, in place: to 0, which is every band's mean. */
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
