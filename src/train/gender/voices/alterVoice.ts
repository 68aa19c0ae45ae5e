import type { Random } from '../../../random.ts';
import type { AugmentStep } from '../../../data/augment/augment.ts';
import { interpolate } from '../../../data/augment/interpolate.ts';
import { movePitch } from '../../../data/augment/movePitch.ts';

/**
 * How a copy of a training clip differs from it. What only colours, masks or smears is done to spectra while training
 * (`train/gender/training/genderBatches.ts`), anew each time; here is what only the waveform can undergo.
 */
export interface AlterOptions {
  pitch: AugmentStep;
  speed: Omit<AugmentStep, 'probability'>;
  clipping: AugmentStep;
  companding: Pick<AugmentStep, 'probability'>;
}

export const ALTER_DEFAULTS: AlterOptions = {
  /**
   * Semitones up or down, the formants left where they are: men sing and shout as high as women speak. About ten lie between
   * men's and women's ordinary speech, so that pitch alone no longer tells them apart.
   */
  pitch: { probability: 0.6, low: -6, high: 6 },
  /** Faster and higher at once, as on tape: other pitch and formants. Far less than lies between men and women. */
  speed: { low: 0.92, high: 1.08 },
  /** Overdriven by so many dB, and cut off. */
  clipping: { probability: 0.2, low: 3, high: 15 },
  /** Told in 8 bits on a logarithmic scale (ITU-T G.711's µ-law), as telephones do. */
  companding: { probability: 0.2 },
};

const MU = 255;

/**
 * A copy of a voice as another recorder might have kept it.
 * @param signal  mono, full scale ±1; left as it is
 * @param random  the same state gives the same copy
 */
export function alterVoice(signal: Float32Array, random: Random, options: AlterOptions = ALTER_DEFAULTS): Float32Array {
  const { pitch, speed, clipping, companding } = options;
  let altered = signal;
  if (random.uniform() < pitch.probability) altered = movePitch(altered, random.between(pitch.low, pitch.high));
  const rate = random.between(speed.low, speed.high);
  altered = interpolate(altered, rate, Math.max(1, Math.round(signal.length / rate)));
  if (random.uniform() < clipping.probability) {
    let peak = 1e-9;
    for (const sample of altered) peak = Math.max(peak, Math.abs(sample));
    const limit = peak / 10 ** (random.between(clipping.low, clipping.high) / 20);
    altered = altered.map((sample) => Math.max(-limit, Math.min(limit, sample)));
  }
  if (random.uniform() < companding.probability) altered = altered.map(compand);
  return altered;
}

function compand(sample: number): number {
  const told = Math.round((127 * Math.log1p(MU * Math.min(1, Math.abs(sample)))) / Math.log1p(MU)) / 127;
  return (Math.sign(sample) * Math.expm1(told * Math.log1p(MU))) / MU;
}
