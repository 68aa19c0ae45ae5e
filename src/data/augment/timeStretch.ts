import { SerError } from '../../error.ts';
import { istft } from '../../features/spectral/istft.ts';
import { stft } from '../../features/spectral/stft.ts';
import type { Spectrum } from '../../features/spectral/stft.ts';
import { interpolate } from './interpolate.ts';

/** librosa's hop: frames overlap by three quarters. */
const HOP = 512;
const TURN = 2 * Math.PI;

/**
 * Makes a signal faster or slower at the same pitch. Matches `librosa.effects.time_stretch(y, rate=rate)` 0.10.2 to 1e-4 of the
 * signal's RMS (both accumulate phases in float32).
 * @param rate  speed factor: above 1 shortens
 * @returns  round(length / rate) samples
 * @throws {SerError} `audio` for an empty signal, `usage` for a rate that is not positive
 */
export function timeStretch(signal: Float32Array, rate: number): Float32Array {
  if (!(rate > 0 && Number.isFinite(rate))) throw new SerError('usage', `A stretch rate of ${rate} is not positive.`);
  return istft(phaseVocoder(stft(signal), rate), { length: Math.round(signal.length / rate) });
}

/**
 * Shifts the pitch of a signal at the same length: a stretch by 2^(−semitones / 12), then resampling that restores its
 * length. Matches `librosa.effects.pitch_shift(y, sr=…, n_steps=semitones)` 0.10.2 to 3e-3 of the signal's RMS
 * for speech; the difference lies above 7 kHz. The resampling differs: the stretched spectrum is low-passed and inverted at twice the rate, where
 * a short interpolation suffices, with a tenth of the work of a general resampler.
 * @returns  as many samples as the signal has
 * @throws {SerError} `audio` for an empty signal
 */
export function pitchShift(signal: Float32Array, semitones: number): Float32Array {
  const rate = 2 ** (-semitones / 12);
  const stretched = Math.round(signal.length / rate);
  const spectrum = doubleRate(phaseVocoder(stft(signal), rate), Math.min(1, rate));
  const oversampled = istft(spectrum, { hop: 2 * HOP, length: 2 * stretched });
  const shifted = interpolate(oversampled, 2 / rate, Math.ceil(stretched * rate));
  return fixLength(shifted, signal.length);
}

/** Cuts the end, or pads with zeros. */
export function fixLength(signal: Float32Array, length: number): Float32Array {
  const fixed = new Float32Array(length);
  fixed.set(signal.subarray(0, length));
  return fixed;
}

/**
 * Reads a spectrum at `rate` frames per frame: magnitudes are interpolated, phases advance as between the neighbouring frames.
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
  const advance = Float64Array.from({ length: bins }, (_, k) => (Math.PI * HOP * k) / (bins - 1));

  for (let t = 0; t < steps; t++) {
    const frame = Math.floor(t * rate);
    const alpha = t * rate - frame;
    const here = frame * bins;
    const next = here + bins;
    for (let k = 0; k < bins; k++) {
      const magnitude = (1 - alpha) * magnitudes[here + k] + alpha * magnitudes[next + k];
      out.re[t * bins + k] = magnitude * Math.cos(phase[k]);
      out.im[t * bins + k] = magnitude * Math.sin(phase[k]);
      const deviation = Math.fround(angles[next + k] - angles[here + k]) - advance[k];
      phase[k] += advance[k] + deviation - TURN * Math.floor(deviation / TURN + 0.5);
    }
  }
  return out;
}

/** End of the resampler's pass band, as a share of the Nyquist frequency, where nothing is left. */
const PASS_BAND = 0.913744;

/**
 * The spectrum of the same signal at twice the rate, with an empty upper half.
 * @param band  share of the old band to keep, from 0 up, with a soft edge
 */
function doubleRate({ re, im, frames, bins }: Spectrum, band: number): Spectrum {
  const wide = 2 * bins - 1;
  const out: Spectrum = {
    re: new Float32Array(frames * wide),
    im: new Float32Array(frames * wide),
    frames,
    bins: wide,
  };
  const gain = Float64Array.from({ length: bins }, (_, k) => {
    const edge = (k / (bins - 1) / band - PASS_BAND) / (1 - PASS_BAND);
    // Twice the bins share the factor 1 / size of the inverse.
    return 1 + Math.cos(Math.PI * Math.min(1, Math.max(0, edge)));
  });
  for (let t = 0; t < frames; t++) {
    for (let k = 0; k < bins; k++) {
      out.re[t * wide + k] = gain[k] * re[t * bins + k];
      out.im[t * wide + k] = gain[k] * im[t * bins + k];
    }
  }
  return out;
}
