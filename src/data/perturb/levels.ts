import type { Random } from '../../random.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { joinSamples } from '../../features/join.ts';

/** Mean square of a signal; 0 if it is empty. */
export function power(signal: Float32Array): number {
  let sum = 0;
  for (const sample of signal) sum += sample * sample;
  return signal.length === 0 ? 0 : sum / signal.length;
}

/** Changes the level of a signal. @param decibels  above 0: louder; there is no clipping */
export function gain(signal: Float32Array, decibels: number): Float32Array {
  const factor = 10 ** (decibels / 20);
  return signal.map((sample) => factor * sample);
}

/**
 * A signal with noise. Both powers are means over all samples, pauses included; without power of either the signal is unchanged.
 * @param noise  as long as the signal, at any level
 * @param snr  ratio of the signal's power to the noise's, dB
 */
export function mix(signal: Float32Array, noise: Float32Array, snr: number): Float32Array {
  const [own, other] = [power(signal), power(noise)];
  if (own === 0 || other === 0) return signal.slice();
  const factor = Math.sqrt(own / other / 10 ** (snr / 10));
  return signal.map((sample, i) => sample + factor * noise[i]);
}

/** Clips samples beyond ±limit, like a converter. */
export function clip(signal: Float32Array, limit = 1): Float32Array {
  return signal.map((sample) => Math.max(-limit, Math.min(limit, sample)));
}

/**
 * Clips the loudest samples at one limit, like an overdriven microphone. The level of the rest is unchanged.
 * @param share  of the samples that are clipped; digital zeros are not counted
 */
export function clipLoudest(signal: Float32Array, share: number): Float32Array {
  const magnitudes = signal.filter((sample) => sample !== 0).map(Math.abs).sort(); // prettier-ignore
  if (magnitudes.length === 0) return signal.slice();
  return clip(signal, magnitudes[Math.max(0, Math.ceil((1 - share) * magnitudes.length) - 1)]);
}

/**
 * A clip with silence before and after it.
 * @param signal  mono, 16 kHz
 * @param seconds  on each side
 * @param decibels  RMS of the silence, white Gaussian noise, relative to full scale; −Infinity: digital zeros
 */
export function surround(signal: Float32Array, seconds: number, decibels: number, random: Random): Float32Array {
  const amplitude = 10 ** (decibels / 20);
  const silence = (): Float32Array => {
    const zeros = new Float32Array(Math.round(seconds * SAMPLE_RATE));
    return amplitude === 0 ? zeros : zeros.map(() => amplitude * random.normal());
  };
  return joinSamples([silence(), signal, silence()]);
}
