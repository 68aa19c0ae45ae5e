import { SAMPLE_RATE } from '../features/types.ts';

/** Beyond it a recording gets a timeline, and is longer than any clip that the emotion models were trained on. */
export const LONG_SECONDS = 10;
/** Shorter than any word that carries an emotion in the training clips. */
const SHORT_SECONDS = 0.5;
/** RMS of −60 dB of full scale: the noise floor of a plain microphone. */
const NEARLY_SILENT = 1e-3;
/** This share of samples at full scale is no longer a single peak. */
const CLIPPED_SHARE = 1e-3;
const FULL_SCALE = 0.99;

/**
 * What makes the answer for a recording less worth than others, in words; empty for a good one. Runs in Node, Deno and the browser.
 * @param signal  mono, 16 kHz, full scale ±1
 * @param sourceRate  samples a second before it was resampled
 */
export function clipWarnings(signal: Float32Array, sourceRate: number): string[] {
  const seconds = signal.length / SAMPLE_RATE;
  let energy = 0;
  let clipped = 0;
  for (const sample of signal) {
    energy += sample * sample;
    if (Math.abs(sample) >= FULL_SCALE) clipped++;
  }
  const warnings: string[] = [];
  if (Math.sqrt(energy / signal.length) < NEARLY_SILENT) {
    warnings.push('Silence, or nearly so: the models name an emotion for any sound, and here there is hardly one.');
  }
  if (clipped >= CLIPPED_SHARE * signal.length) {
    const share = ((100 * clipped) / signal.length).toFixed(1);
    warnings.push(`Clipped: ${share} % of the samples are at full scale. Record at a lower level.`);
  }
  if (seconds < SHORT_SECONDS) {
    warnings.push(`Only ${seconds.toFixed(2)} s long: the models learnt from whole sentences of 3 to 5 s.`);
  }
  if (sourceRate < SAMPLE_RATE) {
    warnings.push(
      `Recorded at ${sourceRate.toLocaleString('en')} Hz, as telephones do: what lies above ${(sourceRate / 2).toLocaleString('en')} Hz, ` +
        'which the models listen to, is missing.',
    );
  }
  if (seconds > LONG_SECONDS) {
    warnings.push(
      `${seconds.toFixed(1)} s long, far longer than the clips that the models learnt from: trust the timeline more than ` +
        'the one answer for the whole.',
    );
  }
  return warnings;
}
