import { SerError } from '../../../../error.ts';
import { BLOCK_SAMPLES, type DecodedBlock } from '../../format.ts';
import { type BitReader, createBitReader } from './bits.ts';
import { restorePredicted } from './predictor.ts';
import { readResiduals, type RiceParameters } from './residuals.ts';

/** The header of an ALAC stream. */
export interface AlacConfig extends RiceParameters {
  /** Samples per channel of every frame except the last. */
  frameLength: number;
  bits: number;
  channels: number;
  sampleRate: number;
}

const fail = (message: string): never => {
  throw new SerError('audio', message);
};

/**
 * Reads the 24 bytes that describe an ALAC stream ("magic cookie").
 * Source: Apple Lossless format description, `ALACSpecificConfig`.
 * @throws {SerError} `audio` for values that no encoder writes
 */
export function readAlacConfig(bytes: Uint8Array): AlacConfig {
  if (bytes.length < 24) fail('its ALAC header is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const config = {
    frameLength: view.getUint32(0),
    bits: bytes[5],
    historyMultiplier: bytes[6],
    initialHistory: bytes[7],
    riceLimit: bytes[8],
    channels: bytes[9],
    sampleRate: view.getUint32(20),
  };
  const { frameLength, bits, channels, sampleRate, riceLimit } = config;
  if (![16, 20, 24, 32].includes(bits)) fail(`its ALAC header specifies ${bits} bits; 16, 20, 24 and 32 can be read`);
  if (channels < 1 || channels > 8) fail(`its ALAC header specifies ${channels} channels; 1 to 8 can be read`);
  if (frameLength < 1 || frameLength > 65_536) fail(`its ALAC header specifies ${frameLength} samples per frame`);
  if (sampleRate < 1000 || sampleRate > 768_000) fail(`its ALAC header specifies ${sampleRate} samples per second`);
  if (riceLimit < 1 || riceLimit > 31) fail('its ALAC header contradicts itself');
  return config;
}

/** Elements of a frame, by their 3-bit code. */
const SINGLE = 0;
const PAIR = 1;
const LOW_FREQUENCY = 3;
const DATA = 4;
const FILL = 6;
const END = 7;

/**
 * Decodes the frames of an ALAC stream, each on its own. Lossless: integers divided by their negative full scale.
 * @throws {SerError} `audio` for a damaged frame
 */
export function* decodeAlac(config: AlacConfig, frames: Iterable<Uint8Array>): Generator<DecodedBlock> {
  let held: Float32Array[][] = [];
  let samples = 0;
  const block = (): DecodedBlock => {
    const channels = Array.from({ length: config.channels }, (_, c) => {
      const whole = new Float32Array(samples);
      held.reduce((at, frame) => (whole.set(frame[c], at), at + frame[c].length), 0);
      return whole;
    });
    held = [];
    samples = 0;
    return { channels, sampleRate: config.sampleRate };
  };
  for (const frame of frames) {
    const channels = decodeFrame(config, frame);
    const { length } = channels[0];
    if (samples > 0 && (samples + length) * config.channels > BLOCK_SAMPLES) yield block();
    held.push(channels);
    samples += length;
  }
  if (samples > 0) yield block();
}

function decodeFrame(config: AlacConfig, bytes: Uint8Array): Float32Array[] {
  const bits = createBitReader(bytes);
  const channels: Int32Array[] = [];
  for (let kind = bits.read(3); kind !== END; kind = bits.read(3)) {
    if (kind === SINGLE || kind === LOW_FREQUENCY) channels.push(...decodeElement(config, bits, 1));
    else if (kind === PAIR) channels.push(...decodeElement(config, bits, 2));
    else if (kind === FILL) bits.skip(8 * longCount(bits, 4, 15, -1));
    else if (kind === DATA) {
      bits.skip(4);
      const aligned = bits.read(1) === 1;
      const count = longCount(bits, 8, 255, 0);
      if (aligned) bits.align();
      bits.skip(8 * count);
    } else fail('it is damaged: an ALAC frame with an element that does not exist');
    if (channels.length >= config.channels) break;
  }
  if (channels.length !== config.channels || channels.some(({ length }) => length !== channels[0].length)) {
    fail(`it is damaged: an ALAC frame with ${channels.length} of ${config.channels} channels`);
  }
  const scale = 2 ** (1 - config.bits);
  return channels.map((channel) => Float32Array.from(channel, (value) => value * scale));
}

/** A number of `width` bits, extended by 8 more bits if all are set. */
function longCount(bits: BitReader, width: number, full: number, more: number): number {
  const count = bits.read(width);
  return count === full ? count + bits.read(8) + more : count;
}

/** One or two channels. */
function decodeElement(config: AlacConfig, bits: BitReader, channels: 1 | 2): Int32Array[] {
  bits.skip(4 + 12);
  const partial = bits.read(1) === 1;
  const lowBits = 8 * bits.read(2); // of each sample, stored separately and uncompressed
  const stored = bits.read(1) === 1;
  const count = partial ? bits.read(16) * 65_536 + bits.read(16) : config.frameLength;
  if (count > config.frameLength) fail(`it is damaged: an ALAC frame of ${count} samples`);
  if (stored) return decodeStored(config, bits, channels, count);

  // The difference of two channels needs one bit more than each channel.
  const width = config.bits - lowBits + channels - 1;
  if (lowBits > 16 || width < 1 || width > 32) fail('it is damaged: an ALAC frame that contradicts itself');
  const mixShift = bits.read(8);
  const mixWeight = (bits.read(8) << 24) >> 24;
  const predictors = Array.from({ length: channels }, () => {
    const mode = bits.read(4);
    const shift = bits.read(4);
    const historyScale = bits.read(3);
    const order = bits.read(5);
    return {
      mode,
      shift,
      historyScale,
      coefficients: Int32Array.from({ length: order }, () => (bits.read(16) << 16) >> 16),
    };
  });
  const low = lowBits === 0 ? undefined : bits.at(lowBits * channels * count);
  const decoded = predictors.map(({ mode, shift, historyScale, coefficients }) => {
    const samples = readResiduals(bits, count, width, config, historyScale);
    if (mode !== 0) restorePredicted(samples, width, undefined, 0);
    restorePredicted(samples, width, coefficients, shift);
    return samples;
  });
  if (channels === 2) unmix(decoded[0], decoded[1], mixShift, mixWeight);
  if (low) {
    for (let i = 0; i < count; i++) {
      for (const samples of decoded) samples[i] = (samples[i] << lowBits) | low.read(lowBits);
    }
  }
  return decoded;
}

/** Uncompressed samples. */
function decodeStored(config: AlacConfig, bits: BitReader, channels: number, count: number): Int32Array[] {
  const decoded = Array.from({ length: channels }, () => new Int32Array(count));
  for (let i = 0; i < count; i++) for (const samples of decoded) samples[i] = bits.readSigned(config.bits);
  return decoded;
}

/** Restores left and right, in place, from a weighted middle and their difference. */
function unmix(first: Int32Array, second: Int32Array, shift: number, weight: number): void {
  if (weight === 0) return;
  for (let i = 0; i < first.length; i++) {
    const difference = second[i];
    const left = first[i] + difference - (Math.imul(weight, difference) >> shift);
    first[i] = left;
    second[i] = left - difference;
  }
}
