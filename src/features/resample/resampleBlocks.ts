import { SerError } from '../../error.ts';
import { joinSamples } from '../join.ts';
import { greatestCommonDivisor, resample } from './resample.ts';

/** Converts a signal that arrives in blocks to another sampling rate. */
export interface BlockResampler {
  /** Takes any number of further samples, and returns those that are certain by now. */
  push(samples: Float32Array): Generator<Float32Array>;
  /** Returns the remaining samples after the end of the signal. */
  end(): Float32Array;
}

/** Samples of the lower rate on either side of a block that are resampled with it and discarded: more than the filters' reach. */
const MARGIN = 128;
/** Seconds per block by default: a clip of up to that length is resampled as a whole, equal to the last bit. */
const CORE = 16;

/**
 * Resamples block by block, in bounded memory: concatenated, the result equals `resample` of the whole signal in length and
 * within 1e-6 of full scale.
 * Blocks begin where samples of both rates coincide, so that all are on the same grid.
 * @param from  Hz, a whole number
 * @param to  Hz, a whole number
 * @param seconds  of a block, for which samples are waited for; live sound needs less than the default of 16
 * @throws {SerError} `audio` as `resample`, and for rates that are not integers
 * @example
 * const resampler = createBlockResampler(48_000, 16_000);
 * const blocks = [...resampler.push(new Float32Array(30_000)), ...resampler.push(new Float32Array(18_000)), resampler.end()];
 * blocks.reduce((samples, block) => samples + block.length, 0) // → 16000
 */
export function createBlockResampler(from: number, to: number, seconds = CORE): BlockResampler {
  resample(new Float32Array(0), from, to); // checks the rates
  if (!Number.isInteger(from) || !Number.isInteger(to)) {
    throw new SerError(
      'audio',
      `Resampling from ${from} to ${to} Hz block by block is not supported: give whole numbers.`,
    );
  }
  const unit = from / greatestCommonDivisor(from, to);
  const unitsOf = (samples: number): number => unit * Math.ceil(samples / unit);
  const margin = unitsOf((MARGIN * from) / Math.min(from, to));
  const core = unitsOf(seconds * from);
  const most = core + 2 * margin;
  let parts: Float32Array[] = []; // the samples held
  let filled = 0;
  let lead = 0; // of the samples held, those needed only as context for the filters
  let total = 0;
  let given = 0;
  const outputs = (inputs: number): number => Math.round((inputs * to) / from);

  return {
    *push(samples) {
      total += samples.length;
      if (from === to) {
        yield samples;
        return;
      }
      for (let at = 0; at < samples.length;) {
        const count = Math.min(most - filled, samples.length - at);
        parts.push(samples.subarray(at, at + count));
        filled += count;
        at += count;
        if (filled < most) return;
        const held = joinSamples(parts);
        const result = resample(held, from, to).subarray(outputs(lead), outputs(most - margin));
        given += result.length;
        yield result;
        parts = [held.slice(most - 2 * margin)];
        filled = 2 * margin;
        lead = margin;
      }
    },
    end() {
      if (from === to) return new Float32Array(0);
      // The length of the whole, rounded as the whole would be.
      const last = new Float32Array(Math.ceil(total * (to / from)) - given);
      const whole = resample(joinSamples(parts), from, to);
      // The length of the whole, rounded as for the whole.
      last.set(whole.subarray(outputs(lead)).subarray(0, last.length));
      return last;
    },
  };
}
