import type { Random } from '../../../random.ts';

/** Largest changes of a spectrogram whose columns are standardised, about 12 dB each. */
const CHANGES = {
  /** Of the duration, as a share. */
  stretch: 0.15,
  /** Bands by which it is moved up or down. */
  bands: 2,
  /** Of the level, in standard deviations. */
  level: 0.5,
  /** Bands that are hidden, as a share. */
  hidden: 0.125,
  /** Share of the clips with noise, whose level lies between these, in standard deviations from the mean. */
  noise: 0.15,
  noiseLevels: [-2, 0.5],
  /** Change of the noise from band to band, at most. */
  colour: 0.3,
} as const;

/** Steepness of the sum of two levels in decibels: ln 10 / 10 · 12 dB. */
const STEEPNESS = 2.76;

/**
 * A spectrogram as other voices, rooms and microphones would have made it: another speed, formants and level, noise, a band that is not heard
 * (SpecAugment; Park et al., 2019).
 * @param frames  frames × bands, standardised log-mel
 */
export function disturbSpectrum(frames: Float32Array, bands: number, random: Random): Float32Array {
  const by = random.integer(2 * CHANGES.bands + 1) - CHANGES.bands;
  const louder = random.between(-CHANGES.level, CHANGES.level);
  const out = stretched(frames, bands, 1 + random.between(-CHANGES.stretch, CHANGES.stretch), by);
  const hidden = random.integer(Math.floor(CHANGES.hidden * bands) + 1);
  const from = random.integer(bands - hidden + 1);
  const noise = random.uniform() < CHANGES.noise ? noiseOf(bands, random) : undefined;
  for (let o = 0; o < out.length; o += bands) {
    for (let band = 0; band < bands; band++) {
      const value = out[o + band] + louder;
      out[o + band] = noise ? Math.log(Math.exp(STEEPNESS * value) + noise[band]) / STEEPNESS : value;
    }
    out.fill(0, o + from, o + from + hidden);
  }
  return out;
}

/** Frames at another speed, each band moved by some others; the outermost band stands in for those beyond. */
function stretched(frames: Float32Array, bands: number, speed: number, by: number): Float32Array {
  const count = frames.length / bands;
  const length = Math.max(2, Math.round(count / speed));
  const out = new Float32Array(length * bands);
  for (let t = 0; t < length; t++) {
    const at = (t * (count - 1)) / (length - 1);
    const before = Math.min(Math.floor(at), Math.max(0, count - 2));
    const after = Math.min(before + 1, count - 1);
    const share = at - before;
    for (let band = 0; band < bands; band++) {
      const source = Math.min(bands - 1, Math.max(0, band + by));
      out[t * bands + band] = (1 - share) * frames[before * bands + source] + share * frames[after * bands + source];
    }
  }
  return out;
}

/** exp(steepness · level) of a noise whose level changes slowly from band to band. */
function noiseOf(bands: number, random: Random): Float32Array {
  let level = random.between(...CHANGES.noiseLevels);
  return Float32Array.from({ length: bands }, () => {
    level += random.between(-CHANGES.colour, CHANGES.colour);
    return Math.exp(STEEPNESS * level);
  });
}
