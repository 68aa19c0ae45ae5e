import type { AudioBlock } from './pcm/wav.ts';
import { SAMPLE_RATE } from '../../features/types.ts';

/** Beyond it a recording gets a timeline, and is longer than any clip that the emotion models were trained on. */
export const LONG_SECONDS = 10;
/** Shorter than any word that carries an emotion in the training clips. */
const SHORT_SECONDS = 0.5;
/** RMS of −70 dB of full scale; the quietest clips of RAVDESS come down to −61 dB. */
const NEARLY_SILENT = 3e-4;
/** This share of samples at full scale is no longer a single peak. */
const CLIPPED_SHARE = 1e-3;
/** The square of .99 of full scale. */
const FULL_POWER = 0.99 ** 2;

/** Looks at a recording while it is decoded, at its own rate. */
export interface Inspection {
  push(block: Pick<AudioBlock, 'samples' | 'sampleRate'>): void;
  /** What makes the answer worth less than others', in words; empty for a good recording. */
  warnings(): string[];
}

/** Runs in Node, Deno and the browser. */
export function createInspection(): Inspection {
  let energy = 0;
  let clipped = 0;
  let count = 0;
  let rate = SAMPLE_RATE;
  return {
    push: ({ samples, sampleRate }) => {
      rate = sampleRate;
      count += samples.length;
      let [sum, high] = [0, 0];
      // eslint-disable-next-line @typescript-eslint/prefer-for-of -- six times as fast as the iterator
      for (let i = 0; i < samples.length; i++) {
        const power = samples[i] * samples[i];
        sum += power;
        high += power >= FULL_POWER ? 1 : 0; // not an `if`: half as fast again
      }
      energy += sum;
      clipped += high;
    },
    warnings: () => {
      const seconds = count / rate;
      const warnings: string[] = [];
      if (Math.sqrt(energy / count) < NEARLY_SILENT) {
        warnings.push('Silence, or nearly so: the models name an emotion for any sound, and here there is hardly one.');
      }
      if (clipped >= CLIPPED_SHARE * count) {
        const share = ((100 * clipped) / count).toFixed(1);
        warnings.push(`Clipped: ${share} % of the samples are at full scale. Record at a lower level.`);
      }
      if (seconds < SHORT_SECONDS) {
        warnings.push(`Only ${seconds.toFixed(2)} s long: the models learnt from whole sentences of 3 to 5 s.`);
      }
      if (rate < SAMPLE_RATE) {
        const [hz, half] = [rate, rate / 2].map((value) => value.toLocaleString('en'));
        warnings.push(`Recorded at ${hz} Hz, as telephones do: the models miss what lies above ${half} Hz.`);
      }
      if (seconds > LONG_SECONDS) {
        warnings.push(
          `${seconds.toFixed(1)} s long, where the models learnt from clips of 3 to 5 s: trust the timeline more than the ` +
            'one answer for the whole.',
        );
      }
      return warnings;
    },
  };
}
