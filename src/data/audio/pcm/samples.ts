import { SerError } from '../../../error.ts';
import { expandALaw, expandMuLaw } from './companding.ts';
import { int16ToFloat32 } from './int16.ts';

/** Storage of the samples of all channels, in consecutive blocks. */
export interface SampleCodec {
  channels: number;
  /** Bytes of the smallest unit that can be decoded: one sample of every channel, or a block of ADPCM. */
  blockBytes: number;
  /** Samples per channel in such a block. */
  blockFrames: number;
  /** Samples per channel in a number of bytes, which may end within a block. */
  framesIn(bytes: number): number;
  /**
   * @param bytes  whole blocks, except for the last one of a file
   * @returns the samples of each channel, full scale ±1
   * @throws {SerError} `audio` if they are invalid
   */
  decode(bytes: Uint8Array): Float32Array[];
}

/** Samples stored one by one. */
export interface PlainSamples {
  encoding: 'signed' | 'unsigned' | 'float' | 'A-law' | 'µ-law';
  /** Bytes per sample: 1 to 4, floats 4 or 8. Smaller bit depths use the upper bits. */
  width: number;
  littleEndian: boolean;
  channels: number;
}

/** More than any microphone array has. */
const MAX_CHANNELS = 256;

/** @throws {SerError} `audio` for values that no recording has */
export function checkShape(channels: number, sampleRate: number): void {
  if (!Number.isInteger(channels) || channels < 1 || channels > MAX_CHANNELS) {
    throw new SerError('audio', `its header specifies ${channels} channels; 1 to ${MAX_CHANNELS} can be read`);
  }
  if (!(sampleRate >= 1000 && sampleRate <= 768_000)) {
    throw new SerError('audio', `its header specifies ${sampleRate} samples per second; 1,000 to 768,000 can be read`);
  }
}

/** Integers are divided by their negative full scale (int16 / 32768), as libsndfile does. */
export function plainCodec({ encoding, width, littleEndian, channels }: PlainSamples): SampleCodec {
  const blockBytes = width * channels;
  const read = plainReader(encoding, width, littleEndian);
  return {
    channels,
    blockBytes,
    blockFrames: 1,
    framesIn: (bytes) => Math.floor(bytes / blockBytes),
    decode: (bytes) => separate(read(bytes.subarray(0, bytes.length - (bytes.length % blockBytes))), channels),
  };
}

/** Reads the interleaved samples of all channels. */
type Reader = (bytes: Uint8Array) => Float32Array;

function plainReader(encoding: PlainSamples['encoding'], width: number, littleEndian: boolean): Reader {
  switch (encoding) {
    case 'A-law':
      return byteReader((byte) => expandALaw(byte) / 32768);
    case 'µ-law':
      return byteReader((byte) => expandMuLaw(byte) / 32768);
    case 'unsigned':
      return byteReader((byte) => (byte - 128) / 128);
    case 'float':
      return width === 4
        ? viewReader(4, (view, at) => view.getFloat32(at, littleEndian))
        : viewReader(8, (view, at) => view.getFloat64(at, littleEndian));
    case 'signed':
      if (width === 1) return byteReader((byte) => ((byte << 24) >> 24) / 128);
      if (width === 2) return (bytes) => int16ToFloat32(int16Of(bytes, littleEndian));
      if (width === 4) return viewReader(4, (view, at) => view.getInt32(at, littleEndian) / 2147483648);
      return littleEndian
        ? viewReader(3, (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 8388608)
        : viewReader(3, (view, at) => (view.getInt16(at) * 256 + view.getUint8(at + 2)) / 8388608);
  }
}

function byteReader(valueOf: (byte: number) => number): Reader {
  const values = Float32Array.from({ length: 256 }, (_, byte) => valueOf(byte));
  return (bytes) => {
    const samples = new Float32Array(bytes.length);
    for (let i = 0; i < samples.length; i++) samples[i] = values[bytes[i]];
    return samples;
  };
}

function viewReader(width: number, valueAt: (view: DataView, at: number) => number): Reader {
  return (bytes) => {
    const view = viewOf(bytes);
    const samples = new Float32Array(bytes.length / width);
    for (let i = 0, at = 0; i < samples.length; i++, at += width) samples[i] = valueAt(view, at);
    return samples;
  };
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** 16-bit samples in the machine's byte order, which is little-endian wherever the WebAssembly kernels run. */
function int16Of(bytes: Uint8Array, littleEndian: boolean): Int16Array {
  if (littleEndian && bytes.byteOffset % 2 === 0) {
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  }
  const copy = bytes.slice();
  if (!littleEndian) {
    for (let i = 0; i < copy.length; i += 2) [copy[i], copy[i + 1]] = [copy[i + 1], copy[i]];
  }
  return new Int16Array(copy.buffer);
}

/** Deinterleaves the channels. */
function separate(samples: Float32Array, channels: number): Float32Array[] {
  if (channels === 1) return [samples];
  return Array.from({ length: channels }, (_, channel) => {
    const own = new Float32Array(samples.length / channels);
    for (let i = 0, at = channel; i < own.length; i++, at += channels) own[i] = samples[at];
    return own;
  });
}
