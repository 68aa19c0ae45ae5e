import type { FrameHeader } from './header.ts';

/** A decoded frame. */
export interface Frame {
  /** Integers of `bits` bits, one array per channel, overwritten by the next frame that is decoded into the same arrays. */
  channels: Float64Array[];
  /** Position of the next frame. */
  end: number;
  /** `ends`: the bytes end before the frame does. `damaged`: its checksum does not match, or it is not a frame. */
  state: 'whole' | 'ends' | 'damaged';
}

/** Position of the next bit. */
interface Bits {
  bytes: Uint8Array;
  /** In bits from the first byte; beyond the last byte, all bits are 0. */
  at: number;
}

/**
 * Decodes a frame. Every step is exact in floating point: the largest sum of a prediction (32 samples of 33 bits by coefficients of 15)
 * has 53 bits. Source: RFC 9639, section 9.
 * @param at  its first byte
 * @param arrays  one array per channel of at least `header.blockSize` elements, which receive the samples
 */
export function decodeFrame(bytes: Uint8Array, at: number, header: FrameHeader, arrays: Float64Array[]): Frame {
  const { blockSize, stereo } = header;
  const bits: Bits = { bytes: bytes.subarray(at), at: 8 * header.length };
  const channels = arrays.slice(0, header.channels).map((array) => array.subarray(0, blockSize));
  const sound = channels.every((samples, channel) => {
    const side = stereo === 'side-right' ? channel === 0 : stereo !== 'apart' && channel === 1;
    return readSubframe(bits, samples, header.bits + (side ? 1 : 0));
  });
  const length = Math.ceil(bits.at / 8);
  const end = at + length + 2;
  if (!sound) return { channels, end, state: 'damaged' };
  if (end > bytes.length) return { channels, end, state: 'ends' };
  const fits = crc16(bits.bytes, length) === bits.bytes[length] * 256 + bits.bytes[length + 1];
  if (fits) joinStereo(channels, stereo);
  return { channels, end, state: fits ? 'whole' : 'damaged' };
}

/** @returns false if it is not a subframe */
function readSubframe(bits: Bits, samples: Float64Array, sampleBits: number): boolean {
  if (readBits(bits, 1) !== 0) return false;
  const type = readBits(bits, 6);
  let wasted = 0;
  if (readBits(bits, 1) === 1) {
    wasted = 1 + readZeros(bits);
    sampleBits -= wasted;
    if (sampleBits <= 0) return false;
  }
  if (!readPrediction(bits, samples, type, sampleBits)) return false;
  if (wasted > 0) for (let i = 0; i < samples.length; i++) samples[i] *= 2 ** wasted;
  return true;
}

const CONSTANT = 0;
const VERBATIM = 1;
const FIXED = 8;
const LINEAR = 32;
const FIXED_COEFFICIENTS = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

function readPrediction(bits: Bits, samples: Float64Array, type: number, sampleBits: number): boolean {
  if (type === CONSTANT) {
    samples.fill(readSigned(bits, sampleBits));
    return true;
  }
  if (type === VERBATIM) {
    for (let i = 0; i < samples.length; i++) samples[i] = readSigned(bits, sampleBits);
    return true;
  }
  const linear = type >= LINEAR;
  const order = linear ? type - LINEAR + 1 : type - FIXED;
  if (order < 0 || (!linear && order > 4) || order > samples.length) return false;
  for (let i = 0; i < order; i++) samples[i] = readSigned(bits, sampleBits);
  let coefficients = FIXED_COEFFICIENTS[order];
  let shift = 0;
  if (linear) {
    const precision = readBits(bits, 4) + 1;
    shift = readSigned(bits, 5);
    if (precision === 16 || shift < 0) return false;
    coefficients = Array.from({ length: order }, () => readSigned(bits, precision));
  }
  if (!readResidual(bits, samples, order)) return false;
  predict(samples, coefficients, shift);
  return true;
}

/** The prediction residual, in partitions of Rice codes. */
function readResidual(bits: Bits, samples: Float64Array, order: number): boolean {
  const method = readBits(bits, 2);
  const partitions = 1 << readBits(bits, 4);
  const size = samples.length / partitions;
  if (method > 1 || !Number.isInteger(size) || size < order) return false;
  const parameterBits = method === 0 ? 4 : 5;
  for (let partition = 0; partition < partitions; partition++) {
    const from = partition === 0 ? order : partition * size;
    const to = (partition + 1) * size;
    const parameter = readBits(bits, parameterBits);
    if (parameter < (1 << parameterBits) - 1) readRice(bits, samples, from, to, parameter);
    else {
      const width = readBits(bits, 5);
      for (let i = from; i < to; i++) samples[i] = width === 0 ? 0 : readSigned(bits, width);
    }
  }
  return true;
}

/** The inner loop of the decoder: 25 bits read at once are enough for nearly every code. */
function readRice(bits: Bits, samples: Float64Array, from: number, to: number, parameter: number): void {
  const { bytes } = bits;
  let at = bits.at;
  for (let i = from; i < to; i++) {
    const byte = at >>> 3;
    const word = ((bytes[byte] << 24) | (bytes[byte + 1] << 16) | (bytes[byte + 2] << 8) | bytes[byte + 3]) << (at & 7);
    const zeros = Math.clz32(word);
    let code: number;
    if (zeros + parameter < 25) {
      code = (zeros << parameter) | ((((word << zeros) << 1) >>> 1) >>> (31 - parameter));
      at += zeros + 1 + parameter;
      samples[i] = (code >>> 1) ^ -(code & 1);
    } else {
      bits.at = at;
      code = readZeros(bits) * 2 ** parameter;
      code += readBits(bits, parameter);
      at = bits.at;
      samples[i] = code % 2 === 0 ? code / 2 : -(code + 1) / 2;
    }
  }
  bits.at = at;
}

/** Adds the prediction from earlier samples to the residual. */
function predict(samples: Float64Array, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length;
  if (order === 0) return;
  const weights = Float64Array.from(coefficients);
  const scale = 2 ** -shift;
  for (let i = order; i < samples.length; i++) {
    let sum = 0;
    let k = 0;
    let from = i - 1;
    // Four at a time, in a third of the time.
    for (; k + 3 < order; k += 4, from -= 4) {
      sum +=
        weights[k] * samples[from] +
        weights[k + 1] * samples[from - 1] +
        weights[k + 2] * samples[from - 2] +
        weights[k + 3] * samples[from - 3];
    }
    for (; k < order; k++, from--) sum += weights[k] * samples[from];
    samples[i] += Math.floor(sum * scale);
  }
}

function joinStereo([first, second]: Float64Array[], stereo: FrameHeader['stereo']): void {
  if (stereo === 'left-side') for (let i = 0; i < first.length; i++) second[i] = first[i] - second[i];
  else if (stereo === 'side-right') for (let i = 0; i < first.length; i++) first[i] += second[i];
  else if (stereo === 'mid-side') {
    for (let i = 0; i < first.length; i++) {
      const side = second[i];
      const sum = 2 * first[i] + (side & 1); // the mean lacks the last bit of the sum, which equals that of the difference
      first[i] = (sum + side) / 2;
      second[i] = (sum - side) / 2;
    }
  }
}

/** An unsigned number of up to 53 bits. */
function readBits(bits: Bits, count: number): number {
  let value = 0;
  while (count > 0) {
    const left = 8 - (bits.at & 7);
    const taken = Math.min(left, count);
    value = value * (1 << taken) + ((bits.bytes[bits.at >>> 3] >> (left - taken)) & ((1 << taken) - 1));
    bits.at += taken;
    count -= taken;
  }
  return value;
}

function readSigned(bits: Bits, count: number): number {
  const value = readBits(bits, count);
  return value >= 2 ** (count - 1) ? value - 2 ** count : value;
}

/** Counts zeros up to the next one, which is consumed; at the end of the bytes it reads beyond them. */
function readZeros(bits: Bits): number {
  const start = bits.at;
  const end = 8 * bits.bytes.length;
  while (bits.at < end) {
    const rest = (bits.bytes[bits.at >>> 3] << (bits.at & 7)) & 0xff;
    if (rest !== 0) {
      bits.at += Math.clz32(rest) - 24;
      break;
    }
    bits.at += 8 - (bits.at & 7);
  }
  return bits.at++ - start;
}

/** Polynomial x¹⁶ + x¹⁵ + x² + 1. */
function crc16(bytes: Uint8Array, count: number): number {
  let crc = 0;
  for (let i = 0; i < count; i++) crc = ((crc << 8) & 0xffff) ^ CRC_TABLE[(crc >> 8) ^ bytes[i]];
  return crc;
}

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0);
  return crc;
});
