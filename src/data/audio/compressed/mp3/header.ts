/** The header of an MPEG audio frame. */
export interface MpegHeader {
  mpeg: 1 | 2 | 2.5;
  layer: 1 | 2 | 3;
  /** Hz. */
  sampleRate: number;
  channels: 1 | 2;
  /** Samples per channel. */
  samples: number;
  /** Bytes of the whole frame; 0 if the header does not state a bitrate ("free format"). */
  length: number;
  /** Whether a checksum follows the header. */
  checked: boolean;
}

const RATES = [44_100, 48_000, 32_000];
/** kbit/s by code, starting at code 1. */
const BITRATES = {
  1: [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  2: [
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
};

/** Reads the header at byte `at`. Source: ISO/IEC 11172-3 and 13818-3, section 2.4.2.3. @returns undefined if there is none */
export function readMpegHeader(bytes: Uint8Array, at: number): MpegHeader | undefined {
  if (bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0 || at + 4 > bytes.length) return undefined;
  const version = (bytes[at + 1] >> 3) & 3;
  const layerCode = (bytes[at + 1] >> 1) & 3;
  const bitrateCode = bytes[at + 2] >> 4;
  const rateCode = (bytes[at + 2] >> 2) & 3;
  if (version === 1 || layerCode === 0 || bitrateCode === 15 || rateCode === 3 || (bytes[at + 3] & 3) === 2) {
    return undefined;
  }
  const mpeg = version === 3 ? 1 : version === 2 ? 2 : 2.5;
  const layer = (4 - layerCode) as 1 | 2 | 3;
  const sampleRate = RATES[rateCode] / (mpeg === 2.5 ? 4 : mpeg);
  const samples = layer === 1 ? 384 : layer === 3 && mpeg !== 1 ? 576 : 1152;
  const slot = layer === 1 ? 4 : 1; // bytes
  const bitrate = 1000 * (BITRATES[mpeg === 1 ? 1 : 2][layer - 1][bitrateCode - 1] ?? 0);
  const padding = (bytes[at + 2] >> 1) & 1;
  return {
    mpeg,
    layer,
    sampleRate,
    channels: bytes[at + 3] >> 6 === 3 ? 1 : 2,
    samples,
    length: bitrate === 0 ? 0 : slot * (Math.floor((samples * bitrate) / (8 * slot * sampleRate)) + padding),
    checked: (bytes[at + 1] & 1) === 0,
  };
}

/** Whether two frames can belong to the same stream. */
export function sameStream(a: MpegHeader, b: MpegHeader): boolean {
  return a.mpeg === b.mpeg && a.layer === b.layer && a.sampleRate === b.sampleRate && a.channels === b.channels;
}

/** Consecutive frames that are proof enough that they are frames, and not data that looks like them. */
const SURE = 3;

/**
 * Whether consecutive frames begin at byte `at`.
 * @param count  number of frames; fewer, but at least two, if the bytes end there
 */
export function framesBegin(bytes: Uint8Array, at: number, count = SURE): boolean {
  const first = readMpegHeader(bytes, at);
  if (!first) return false;
  let next = first;
  for (let i = 1; i < count; i++) {
    if (next.length === 0) return false;
    at += next.length;
    if (i > 1 && at + 4 > bytes.length) return true;
    const header = readMpegHeader(bytes, at);
    if (!header || !sameStream(first, header)) return false;
    next = header;
  }
  return true;
}

/** Position of the first frame of an MP3 file, after anything else. @param limit  last position to try */
export function findFrames(bytes: Uint8Array, from: number, limit = bytes.length): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at < limit; at = bytes.indexOf(0xff, at + 1)) {
    if (framesBegin(bytes, at)) return at;
  }
  return undefined;
}

/** Whether a file begins with MP3 frames. Zeros or tags before them may fill nearly all of `head`. */
export function mp3Begins(head: Uint8Array): boolean {
  return findFrames(head, 0) !== undefined || freeFormatBegins(head);
}

/** Number of bytes that look like a header without a bitrate at which to try. */
const MOST_TRIED = 8;
/** Bytes of the longest frame. */
const LONGEST = 4608;

/** Whether three consecutive frames state no bitrate, so that only their distance shows their length. */
function freeFormatBegins(head: Uint8Array): boolean {
  const isFree = (at: number, first?: MpegHeader): MpegHeader | undefined => {
    const header = readMpegHeader(head, at);
    return header?.length === 0 && (!first || sameStream(first, header)) ? header : undefined;
  };
  let tried = 0;
  for (let at = head.indexOf(0xff); at >= 0 && tried < MOST_TRIED; at = head.indexOf(0xff, at + 1)) {
    const first = isFree(at);
    if (!first) continue;
    tried++;
    for (let length = 24; length < LONGEST; length++) {
      if (!isFree(at + length, first)) continue;
      if ([0, 1, -1].some((padding) => isFree(at + 2 * length + padding, first))) return true;
    }
  }
  return false;
}
