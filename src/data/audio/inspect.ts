import { stft } from '../../features/spectral/stft.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import type { Span } from '../../features/windows.ts';
import type { DecodedBlock } from './format.ts';

/** Longer recordings get a timeline; they exceed every training clip of the emotion models. */
export const LONG_SECONDS = 10;
/** Shorter than any word that conveys an emotion in the training clips. */
const SHORT_SECONDS = 0.5;
/** RMS of −70 dB re full scale; the quietest clips of RAVDESS reach −61 dB. */
const NEARLY_SILENT = 3e-4;
/** A larger offset that also exceeds a tenth of the signal around it shifts level and zero crossings. */
const OFFSET = 0.01;
const OFFSET_SHARE = 0.1;
/** Share of samples at or beyond full scale that is more than a single peak. */
const CLIPPED_SHARE = 1e-3;
/** The square of .99 of full scale. */
const FULL_POWER = 0.99 ** 2;
/** The square of a level that no decoder reaches by overshooting on a well-scaled recording. */
const BEYOND_POWER = 1.5 ** 2;
/** Power of the mean of the channels, relative to its power if only one channel had sound, below which they cancel each other. */
const CANCELLED_SHARE = 0.1;
/**
 * Upper limit of a telephone's band. Of 1,787 clips of RAVDESS, EmoDB, LibriSpeech, CREMA-D and speechocean762 all but one have more than
 * −42 dB of their power above it; sent over a telephone, RAVDESS clips have −60 dB.
 */
const TELEPHONE_HZ = 4400;
const TELEPHONE_SHARE = 1e-5;

/** Examines a recording while it is decoded. */
export interface Inspection {
  /** Takes the next block as recorded, and the mean of its channels. @returns whether all of its samples are finite */
  push(block: DecodedBlock, mean: Float32Array): boolean;
  /** Takes the next block of the mean at 16 kHz. */
  pushSignal(signal: Float32Array): void;
  /**
   * Reasons to trust a prediction less, in words; empty for a good recording.
   * @param speech  the spans of speech, if known
   * @param inPieces  whether it is analysed in pieces, so that its length does not matter
   */
  warnings(speech?: readonly Span[], inPieces?: boolean): string[];
}

/** Sums over the samples of a channel. */
interface Level {
  sum: number;
  power: number;
  peakPower: number;
  full: number;
}

/** Runs in Node, Deno and the browser. */
export function createInspection(): Inspection {
  const mean: Level = { sum: 0, power: 0, peakPower: 0, full: 0 };
  let channelLevels: Level[] = [];
  let count = 0;
  let rate = SAMPLE_RATE;
  const band = createBandMeter();
  return {
    push: ({ channels, sampleRate }, mixed) => {
      rate = sampleRate;
      count += mixed.length;
      measure(mixed, mean);
      // NaN and infinity persist in a sum: one such sample is enough.
      const finite = Number.isFinite(mean.power);
      if (channels.length === 1) return finite;
      if (channelLevels.length === 0) channelLevels = channels.map(() => ({ sum: 0, power: 0, peakPower: 0, full: 0 }));
      channels.forEach((channel, i) => measure(channel, channelLevels[i]));
      return finite;
    },
    pushSignal: band.push,
    warnings: (speech, inPieces = false) => {
      const channels = channelLevels.length > 0 ? channelLevels : [mean];
      const seconds = count / rate;
      const rms = Math.sqrt(variance(mean, count));
      const channelPower = channels.reduce((sum, level) => sum + variance(level, count), 0) / channels.length;
      const full = Math.max(...channels.map((level) => level.full)) / count;
      const peak = Math.sqrt(Math.max(...channels.map((level) => level.peakPower)));
      const offset = Math.abs(mean.sum / count);
      const warnings: string[] = [];

      if (
        channels.length > 1 &&
        channelPower > NEARLY_SILENT ** 2 &&
        rms ** 2 < (CANCELLED_SHARE / channels.length) * channelPower
      ) {
        warnings.push(
          `Its ${channels.length} channels cancel each other out when mixed to one, as when one of them is inverted: ` +
            'give only one channel.',
        );
      } else if (rms < NEARLY_SILENT) {
        warnings.push(
          'Silence, or nearly so: the models name an emotion for any input, and there is hardly any sound here.',
        );
      } else if (speech?.length === 0) {
        warnings.push('No speech found: the models would name a gender and an emotion for any sound.');
      }
      if (offset > OFFSET && offset > OFFSET_SHARE * rms) {
        const percent = (100 * offset).toFixed(0);
        warnings.push(
          `The signal is off centre by ${percent} % of full scale (a DC offset), which the models take for sound: ` +
            'remove it, for example with a high-pass filter.',
        );
      }
      if (peak ** 2 > BEYOND_POWER) {
        warnings.push(
          `Samples reach ${peak < 100 ? peak.toFixed(1) : peak.toExponential(0)} times full scale: either floating-point samples that were ` +
            'not scaled to ±1, or damage. The models were not trained on such levels.',
        );
      } else if (full >= CLIPPED_SHARE) {
        warnings.push(
          `Clipped: ${(100 * full).toFixed(1)} % of the samples are at full scale. Record at a lower level.`,
        );
      }
      if (seconds < SHORT_SECONDS) {
        warnings.push(`Only ${seconds.toFixed(2)} s long: the models were trained on whole sentences of 3 to 5 s.`);
      }
      if (rate < SAMPLE_RATE) {
        const [hz, half] = [rate, rate / 2].map((value) => value.toLocaleString('en'));
        warnings.push(
          `Recorded at ${hz} Hz, like a telephone call: frequencies above ${half} Hz, which the models use, are missing.`,
        );
      } else if (rms >= NEARLY_SILENT && band.isNarrow()) {
        warnings.push('Hardly any sound above 4 kHz, as on a telephone: frequencies that the models use are missing.');
      }
      if (seconds > LONG_SECONDS && !inPieces) {
        warnings.push(
          `${seconds.toFixed(1)} s long, while the models were trained on clips of 3 to 5 s: trust the timeline more than the ` +
            'single prediction for the whole.',
        );
      }
      return warnings;
    },
  };
}

/** Of the samples about their mean. */
function variance({ sum, power }: Level, count: number): number {
  return Math.max(0, power / count - (sum / count) ** 2);
}

function measure(samples: Float32Array, level: Level): void {
  let sum = 0;
  let otherSum = 0;
  let power = 0;
  let otherPower = 0;
  let full = 0;
  let otherFull = 0;
  // Two at a time with separate sums, as each addition waits for the one before. No `if` and no maximum: half as fast again.
  const even = samples.length & ~1;
  for (let i = 0; i < even; i += 2) {
    const one = samples[i];
    const other = samples[i + 1];
    const squared = one * one;
    const otherSquared = other * other;
    sum += one;
    otherSum += other;
    power += squared;
    otherPower += otherSquared;
    full += squared >= FULL_POWER ? 1 : 0;
    otherFull += otherSquared >= FULL_POWER ? 1 : 0;
  }
  if (even < samples.length) {
    sum += samples[even];
    power += samples[even] ** 2;
    full += samples[even] ** 2 >= FULL_POWER ? 1 : 0;
  }
  full += otherFull;
  level.sum += sum + otherSum;
  level.power += power + otherPower;
  level.full += full;
  // Samples beyond full scale are counted as full too.
  if (full > 0) level.peakPower = samples.reduce((most, value) => Math.max(most, value * value), level.peakPower);
}

const BAND_FRAME = 512;

/** Measures whether a signal at 16 kHz has any power above a telephone's band, in one frame of eight. */
function createBandMeter() {
  const edge = Math.ceil((TELEPHONE_HZ * BAND_FRAME) / SAMPLE_RATE);
  let [total, high] = [0, 0];
  return {
    push: (signal: Float32Array): void => {
      if (signal.length < BAND_FRAME) return;
      const { re, im, frames, bins } = stft(signal, { nFft: BAND_FRAME, hop: 8 * BAND_FRAME, center: false });
      for (let frame = 0; frame < frames; frame++) {
        for (let bin = 1; bin < bins; bin++) {
          const i = frame * bins + bin;
          const power = re[i] * re[i] + im[i] * im[i];
          total += power;
          if (bin >= edge) high += power;
        }
      }
    },
    isNarrow: (): boolean => total > 0 && high < TELEPHONE_SHARE * total,
  };
}
