import { SerError } from '../../../error.ts';
import { countFlacSamples } from './flacFrames.ts';

/** What the header of a compressed file promises; what decodes is checked against it. */
export interface StreamInfo {
  sampleRate: number;
  channels: number;
  /** Samples a channel; 0 where the header does not say. */
  samples: number;
}

/** Cuts off ID3v2 tags at the start (10-byte header, "synchsafe" size of 4 × 7 bits) and an ID3v1 tag at the end. */
export function withoutId3(bytes: Uint8Array): Uint8Array {
  const tagged = (at: number, tag: string): boolean =>
    [...tag].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  let start = 0;
  while (tagged(start, 'ID3') && start + 10 <= bytes.length) {
    start += 10 + bytes.subarray(start + 6, start + 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  }
  const end = tagged(bytes.length - 128, 'TAG') ? bytes.length - 128 : bytes.length;
  return bytes.subarray(Math.min(start, end), end);
}

/** Reads the STREAMINFO block, which the FLAC format puts first; where it counts no samples, the frames do. */
export function readFlacInfo(bytes: Uint8Array): StreamInfo {
  if (bytes.length < 42 || (bytes[4] & 0x7f) !== 0) {
    throw new SerError('audio', 'it is a FLAC file without its STREAMINFO block: cut short or damaged');
  }
  const sampleRate = (bytes[18] << 12) | (bytes[19] << 4) | (bytes[20] >> 4);
  const channels = ((bytes[20] >> 1) & 7) + 1;
  const samples = (bytes[21] & 0x0f) * 2 ** 32 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(22);
  if (sampleRate === 0) throw new SerError('audio', 'its FLAC header says 0 samples a second');
  return { sampleRate, channels, samples: samples || countFlacSamples(bytes, (bytes[8] << 8) | bytes[9]) };
}

/**
 * Walks over the pages of an Ogg file: all whole, the last one marked as such, the first one Vorbis.
 * The decoder would quietly give back the part that is there.
 */
export function checkOgg(bytes: Uint8Array): { sampleRate: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packet = bytes.length > 27 ? 27 + bytes[26] : Infinity; // where the first packet begins
  if (packet + 30 > bytes.length) throw new SerError('audio', 'it is cut short: an Ogg file without its headers');
  const codec = String.fromCharCode(...bytes.subarray(packet, packet + 8));
  if (!codec.startsWith('\x01vorbis')) {
    const name = codec === 'OpusHead' ? 'Opus' : codec.startsWith('\x7fFLAC') ? 'FLAC' : 'an unknown codec';
    throw new SerError('audio', `it is an Ogg file with ${name}; convert it to Ogg Vorbis, FLAC, MP3 or WAV`);
  }
  const sampleRate = view.getUint32(packet + 12, true);
  if (sampleRate === 0) throw new SerError('audio', 'its Vorbis header says 0 samples a second');

  let last = false;
  for (let at = 0; at < bytes.length;) {
    if (at + 27 > bytes.length || view.getUint32(at) !== 0x4f676753) {
      throw new SerError('audio', `it is cut short or damaged at byte ${at}: no Ogg page begins there`);
    }
    const segments = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
    const end = at + 27 + bytes[at + 26] + segments.reduce((sum, size) => sum + size, 0);
    if (end > bytes.length)
      throw new SerError('audio', `it is cut short: ${end - bytes.length} bytes of a page are missing`);
    last = (bytes[at + 5] & 4) !== 0;
    at = end;
  }
  if (!last) throw new SerError('audio', 'it is cut short: its last page is missing');
  return { sampleRate };
}

const MPEG1_RATES = [44_100, 48_000, 32_000];

/**
 * Reads the first MPEG audio frame header and the "Xing" or "Info" count of frames, where an encoder left one.
 * @returns nothing if the bytes do not begin with two frames in a row, that is, are no MP3
 * @throws {SerError} `audio` if it has no such count and ends within a frame
 */
export function readMp3Info(bytes: Uint8Array): StreamInfo | undefined {
  const first = firstFrame(bytes);
  if (!first) return undefined;
  const { at, sampleRate, channels, mpeg1, perFrame } = first;
  const tag = at + 4 + (mpeg1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17);
  const name = String.fromCharCode(...bytes.subarray(tag, tag + 4));
  if ((name !== 'Xing' && name !== 'Info') || (bytes[tag + 7] & 1) === 0) {
    checkLastFrame(bytes, at);
    return { sampleRate, channels, samples: 0 };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames = tag + 12 <= bytes.length ? view.getUint32(tag + 8) : 0;
  // The encoder's padding, cut off by the decoder: as LAME notes it, in 12 + 12 bits.
  const lame = tag + 141;
  const padding =
    lame + 3 <= bytes.length && bytes[tag + 120] !== 0
      ? (bytes[lame] << 4) + (bytes[lame + 1] >> 4) + ((bytes[lame + 1] & 15) << 8) + bytes[lame + 2]
      : 0;
  return { sampleRate, channels, samples: Math.max(0, frames * perFrame - padding) };
}

/** The first of two frames in a row; padding of an ID3 tag may stand before it, but no more than a few kilobytes. */
function firstFrame(bytes: Uint8Array) {
  for (let at = 0; at < Math.min(bytes.length - 4, 4096); at++) {
    const frame = readMpegFrame(bytes, at);
    const next = frame && readMpegFrame(bytes, at + frame.length);
    if (next && next.sampleRate === frame.sampleRate) return { at, ...frame };
  }
  return undefined;
}

/** Whether a file begins with MP3 frames. */
export function mp3Frames(head: Uint8Array): boolean {
  return firstFrame(head) !== undefined;
}

/** Without a count of frames, a file that is cut short shows only in its last frame. */
function checkLastFrame(bytes: Uint8Array, at: number): void {
  for (let frame = readMpegFrame(bytes, at); frame; frame = readMpegFrame(bytes, at)) at += frame.length;
  if (at > bytes.length) {
    throw new SerError('audio', `it is cut short: ${at - bytes.length} bytes of its last frame are missing`);
  }
}

function readMpegFrame(bytes: Uint8Array, at: number) {
  if (bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0 || at + 4 > bytes.length) return undefined;
  const version = (bytes[at + 1] >> 3) & 3; // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
  const layer = (bytes[at + 1] >> 1) & 3; // 1: layer III
  const rate = (bytes[at + 2] >> 2) & 3;
  const mpeg1 = version === 3;
  const kilobits = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
  ][mpeg1 ? 0 : 1][bytes[at + 2] >> 4];
  if (version === 1 || layer !== 1 || rate === 3 || kilobits === 0) return undefined;
  const sampleRate = MPEG1_RATES[rate] / (mpeg1 ? 1 : version === 2 ? 2 : 4);
  const perFrame = mpeg1 ? 1152 : 576;
  const length = Math.floor((perFrame * kilobits * 125) / sampleRate) + ((bytes[at + 2] >> 1) & 1);
  return { sampleRate, perFrame, length, mpeg1, channels: bytes[at + 3] >> 6 === 3 ? 1 : 2 };
}
