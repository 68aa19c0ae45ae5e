import { SerError } from '../error.ts';
import { istft } from '../features/istft.ts';
import { resample } from '../features/resample.ts';
import { stft } from '../features/stft.ts';
import type { Spectrum } from '../features/stft.ts';

/** librosa's: an overlap of three quarters. */
const HOP = 512;

/**
 * Makes a signal faster or slower at the same pitch. Matches `librosa.effects.time_stretch(y, rate=rate)` 0.10.2 to 1e-3 of the
 * signal's RMS (librosa accumulates phases in float32, and so does this).
 * @param rate  how much faster: above 1 shortens
 * @returns  round(length / rate) samples
 * @throws {SerError} `audio` for an empty signal, `usage` for a rate that is not positive
 */
export function timeStretch(signal: Float32Array, rate: number): Float32Array {
  if (!(rate > 0 && Number.isFinite(rate))) throw new SerError('usage', `A stretch rate of ${rate} is not positive.`);
  return istft(phaseVocoder(stft(signal), rate), { length: Math.round(signal.length / rate) });
}

/**
 * Moves a signal up or down in pitch at the same length: a stretch by 2^(−semitones / 12), then a resampling that undoes its
 * change of length. Matches `librosa.effects.pitch_shift(y, sr=…, n_steps=semitones)` 0.10.2 to 1e-3 of the signal's RMS, but
 * for the pitch: it is the nearest fraction with a denominator up to 64, a fifth of a cent away at most, since a resampler is
 * several times faster for such a ratio than for any.
 * @returns  as many samples as were given
 * @throws {SerError} `audio` for an empty signal
 */
export function pitchShift(signal: Float32Array, semitones: number): Float32Array {
  const [from, to] = nearestFraction(2 ** (semitones / 12));
  return fixLength(resample(timeStretch(signal, to / from), from, to), signal.length);
}

/** Numerator and denominator. */
function nearestFraction(value: number): [number, number] {
  let best: [number, number] = [Math.max(1, Math.round(value)), 1];
  for (let q = 2; q <= 64; q++) {
    const p = Math.round(value * q);
    if (p > 0 && Math.abs(p / q - value) < Math.abs(best[0] / best[1] - value)) best = [p, q];
  }
  return best;
}

/** Cut at the end, or filled up with zeros. */
export function fixLength(signal: Float32Array, length: number): Float32Array {
  const fixed = new Float32Array(length);
  fixed.set(signal.subarray(0, length));
  return fixed;
}

/**
 * Reads a spectrum at `rate` frames a frame: magnitudes are interpolated, phases advance as between the two frames around.
 * `librosa.phase_vocoder` (Ellis, 2002; after Flanagan & Golden, 1966), float32 where numpy's is.
 */
function phaseVocoder({ re, im, frames, bins }: Spectrum, rate: number): Spectrum {
  const steps = Math.ceil(frames / rate);
  const out: Spectrum = { re: new Float32Array(steps * bins), im: new Float32Array(steps * bins), frames: steps, bins };
  // Two frames of zeros follow the last one, so that there is always a next frame.
  const magnitudes = new Float32Array((frames + 2) * bins);
  const angles = new Float32Array((frames + 2) * bins);
  for (let i = 0; i < re.length; i++) {
    magnitudes[i] = Math.sqrt(re[i] * re[i] + im[i] * im[i]);
    angles[i] = Math.atan2(im[i], re[i]);
  }
  const phase = angles.slice(0, bins);

  for (let t = 0; t < steps; t++) {
    const frame = Math.floor(t * rate);
    const alpha = t * rate - frame;
    const here = frame * bins;
    const next = here + bins;
    for (let k = 0; k < bins; k++) {
      const magnitude = (1 - alpha) * magnitudes[here + k] + alpha * magnitudes[next + k];
      out.re[t * bins + k] = magnitude * Math.cos(phase[k]);
      out.im[t * bins + k] = magnitude * Math.sin(phase[k]);
      const expected = (Math.PI * HOP * k) / (bins - 1);
      const deviation = Math.fround(angles[next + k] - angles[here + k]) - expected;
      phase[k] += expected + deviation - 2 * Math.PI * Math.round(deviation / (2 * Math.PI));
    }
  }
  return out;
}
