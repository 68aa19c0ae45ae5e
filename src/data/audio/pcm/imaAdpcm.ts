import { SerError } from '../../../error.ts';
import { type SampleCodec, viewOf } from './samples.ts';

/**
 * IMA ADPCM, 4 bits per sample, in the two ways in which files pack it.
 * Source of the tables and the decoder: Interactive Multimedia Association, Recommended Practices for Enhancing Digital Audio
 * Compatibility in Multimedia Systems, revision 3.00 (1992), section 6.
 */
const STEPS = [
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118,
  130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060,
  1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484,
  7132, 7845, 8630, 9493, 10_442, 11_487, 12_635, 13_899, 15_289, 16_818, 18_500, 20_350, 22_385, 24_623, 27_086,
  29_794, 32_767,
];
/** Changes of the step index, by the lower three bits of a code. */
const STEP_CHANGES = [-1, -1, -1, -1, 2, 4, 6, 8];

interface State {
  predictor: number;
  index: number;
}

/** @returns the next sample, full scale ±1 */
function expand(state: State, code: number): number {
  const step = STEPS[state.index];
  let difference = step >> 3;
  if (code & 1) difference += step >> 2;
  if (code & 2) difference += step >> 1;
  if (code & 4) difference += step;
  const next = state.predictor + (code & 8 ? -difference : difference);
  state.predictor = Math.max(-32768, Math.min(32767, next));
  state.index = Math.max(0, Math.min(STEPS.length - 1, state.index + STEP_CHANGES[code & 7]));
  return state.predictor / 32768;
}

function stateOf(predictor: number, index: number): State {
  if (index < STEPS.length) return { predictor, index };
  throw new SerError('audio', `it is damaged: an ADPCM block begins at step ${index}, of ${STEPS.length}`);
}

/** Eight samples from four bytes, the lower half of each byte first. */
function expandBytes(state: State, bytes: Uint8Array, from: number, count: number, samples: Float32Array, to: number) {
  for (let i = 0; i < count; i++) {
    const byte = bytes[from + i];
    samples[to + 2 * i] = expand(state, byte & 15);
    samples[to + 2 * i + 1] = expand(state, byte >> 4);
  }
}

/**
 * As packed in WAV (WAVE_FORMAT_DVI_ADPCM): each block begins with four bytes per channel, the first sample and the step index; then four
 * bytes per channel in turn.
 */
export function imaWavCodec(channels: number, blockBytes: number): SampleCodec {
  const [HEADER, GROUP] = [4 * channels, 4 * channels];
  const framesOfBlock = (bytes: number): number => (bytes < HEADER ? 0 : 1 + 8 * Math.floor((bytes - HEADER) / GROUP));
  const blockFrames = framesOfBlock(blockBytes);
  const framesIn = (bytes: number): number =>
    Math.floor(bytes / blockBytes) * blockFrames + framesOfBlock(bytes % blockBytes);
  return {
    channels,
    blockBytes,
    blockFrames,
    framesIn,
    decode: (bytes) => {
      const view = viewOf(bytes);
      const samples = Array.from({ length: channels }, () => new Float32Array(framesIn(bytes.length)));
      let to = 0;
      for (let block = 0; block + HEADER <= bytes.length; block += blockBytes) {
        const end = Math.min(block + blockBytes, bytes.length);
        const states = samples.map((own, channel) => {
          const at = block + 4 * channel;
          const state = stateOf(view.getInt16(at, true), bytes[at + 2]);
          own[to] = state.predictor / 32768;
          return state;
        });
        to++;
        for (let at = block + HEADER; at + GROUP <= end; at += GROUP, to += 8) {
          states.forEach((state, channel) => expandBytes(state, bytes, at + 4 * channel, 4, samples[channel], to));
        }
      }
      return samples;
    },
  };
}

/** Bytes and samples of a packet of one channel. */
const [PACKET_BYTES, PACKET_FRAMES] = [34, 64];

/**
 * As packed in QuickTime, AIFF-C and CAF ("ima4"): packets of one channel in turn, each with two bytes first: the upper nine bits of the
 * predictor and seven of the step index. Source: Apple, Technical Note TN1081.
 */
export function ima4Codec(channels: number): SampleCodec {
  const blockBytes = PACKET_BYTES * channels;
  const framesIn = (bytes: number): number => Math.floor(bytes / blockBytes) * PACKET_FRAMES;
  return {
    channels,
    blockBytes,
    blockFrames: PACKET_FRAMES,
    framesIn,
    decode: (bytes) => {
      const view = viewOf(bytes);
      const samples = Array.from({ length: channels }, () => new Float32Array(framesIn(bytes.length)));
      for (let to = 0, at = 0; at + blockBytes <= bytes.length; to += PACKET_FRAMES) {
        for (const own of samples) {
          const state = stateOf((view.getInt16(at) >> 7) << 7, bytes[at + 1] & 0x7f);
          expandBytes(state, bytes, at + 2, PACKET_BYTES - 2, own, to);
          at += PACKET_BYTES;
        }
      }
      return samples;
    },
  };
}
