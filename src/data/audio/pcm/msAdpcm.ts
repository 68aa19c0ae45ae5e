import { SerError } from '../../../error.ts';
import { type SampleCodec, viewOf } from './samples.ts';

/** Factors on the step by code, in units of 1/256. */
const ADAPTATION = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];
const MIN_STEP = 16;
/** Far beyond any signal's step; keeps sums finite for hostile files. */
const MAX_STEP = 2 ** 21;

/** Weights of the last sample and the one before it in the prediction of the next, in units of 1/256. */
export type Coefficients = readonly [number, number];

export const STANDARD_COEFFICIENTS: readonly Coefficients[] = [
  [256, 0],
  [512, -256],
  [0, 0],
  [192, 64],
  [240, 0],
  [460, -208],
  [392, -232],
];

/** Bytes per channel at the start of each block: predictor, step and two samples. */
const HEADER = 7;

/**
 * Microsoft ADPCM (WAVE_FORMAT_ADPCM): blocks of two uncompressed samples followed by 4 bits for each further sample, the upper half of a
 * byte first, the channels in turn.
 * Source: Microsoft, Multimedia Standards Update, New Multimedia Data Types and Data Techniques, revision 3.0 (1994).
 */
export function msAdpcmCodec(
  channels: number,
  blockBytes: number,
  coefficients: readonly Coefficients[] = STANDARD_COEFFICIENTS,
): SampleCodec {
  const header = HEADER * channels;
  const framesOfBlock = (bytes: number): number =>
    bytes < header ? 0 : 2 + Math.floor((2 * (bytes - header)) / channels);
  const blockFrames = framesOfBlock(blockBytes);
  const framesIn = (bytes: number): number =>
    Math.floor(bytes / blockBytes) * blockFrames + framesOfBlock(bytes % blockBytes);

  /** Decodes one block into the samples of each channel, starting at `to`. */
  const decodeBlock = (bytes: Uint8Array, samples: readonly Float32Array[], to: number): void => {
    const view = viewOf(bytes);
    const states = samples.map((own, channel) => {
      const pair = coefficients[bytes[channel]];
      if (!pair) throw new SerError('audio', `it is damaged: an ADPCM block names predictor ${bytes[channel]}`);
      const at = channels + 2 * channel;
      const [step, last, before] = [0, 1, 2].map((field) => view.getInt16(at + 2 * field * channels, true));
      own[to] = before / 32768;
      own[to + 1] = last / 32768;
      return { pair, step, last, before };
    });
    const codes = (framesOfBlock(bytes.length) - 2) * channels;
    for (let i = 0; i < codes; i++) {
      const byte = bytes[header + (i >> 1)];
      const code = i % 2 === 0 ? byte >> 4 : byte & 15;
      const channel = i % channels;
      const state = states[channel];
      const predicted = Math.trunc((state.last * state.pair[0] + state.before * state.pair[1]) / 256);
      const next = predicted + (code < 8 ? code : code - 16) * state.step;
      state.before = state.last;
      state.last = Math.max(-32768, Math.min(32767, next));
      state.step = Math.max(MIN_STEP, Math.min(MAX_STEP, (ADAPTATION[code] * state.step) >> 8));
      samples[channel][to + 2 + Math.floor(i / channels)] = state.last / 32768;
    }
  };

  return {
    channels,
    blockBytes,
    blockFrames,
    framesIn,
    decode: (bytes) => {
      const samples = Array.from({ length: channels }, () => new Float32Array(framesIn(bytes.length)));
      for (let block = 0, to = 0; block + header <= bytes.length; block += blockBytes, to += blockFrames) {
        decodeBlock(bytes.subarray(block, block + blockBytes), samples, to);
      }
      return samples;
    },
  };
}
