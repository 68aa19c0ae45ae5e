/** STREAMINFO, the first metadata block of a FLAC stream. */
export interface StreamInfo {
  /** Hz; 0 if unknown. */
  sampleRate: number;
  channels: number;
  /** Bits per sample. */
  bits: number;
  /** Samples per channel; 0 if unknown. */
  samples: number;
}

/** Bytes of STREAMINFO, without its block header. */
export const INFO_BYTES = 34;

/** Reads the content of STREAMINFO. Source: RFC 9639, section 8.2. */
export function readStreamInfo(block: Uint8Array): StreamInfo {
  return {
    sampleRate: (block[10] << 12) | (block[11] << 4) | (block[12] >> 4),
    channels: ((block[12] >> 1) & 7) + 1,
    bits: (((block[12] & 1) << 4) | (block[13] >> 4)) + 1,
    samples: (block[13] & 0x0f) * 2 ** 32 + new DataView(block.buffer, block.byteOffset).getUint32(14),
  };
}

/** The header of a frame. */
export interface FrameHeader {
  /** Samples per channel. */
  blockSize: number;
  sampleRate: number;
  channels: number;
  /** Coding of a pair of channels. */
  stereo: 'apart' | 'left-side' | 'side-right' | 'mid-side';
  /** Bits per sample. */
  bits: number;
  /** Number of the frame, or of its first sample if blocks differ in size. */
  number: number;
  /** Whether blocks differ in size. */
  variable: boolean;
  /** Bytes of the header. */
  length: number;
}

/** Largest number of bytes of a header. */
export const LONGEST_HEADER = 16;

/** Samples per block by code; for 6 and 7 the number follows. 0 is reserved. */
const BLOCK_SIZES = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
/** Hz by code; 0 refers to STREAMINFO, for 12 to 14 the number follows. */
const RATES = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
/** Bits by code; 0 refers to STREAMINFO, 3 is reserved. */
const BITS = [0, 8, 12, 0, 16, 20, 24, 32];
const STEREO = ['left-side', 'side-right', 'mid-side'] as const;

/**
 * Reads the header of the frame that begins at byte `at`. Source: RFC 9639, section 9.1.
 * @returns undefined if there is no header, or its checksum does not match: data that happens to look like one
 */
export function readFrameHeader(bytes: Uint8Array, at: number, info: StreamInfo): FrameHeader | undefined {
  if (bytes[at] !== 0xff || (bytes[at + 1] & 0xfe) !== 0xf8) return undefined;
  const sizeCode = bytes[at + 2] >> 4;
  const rateCode = bytes[at + 2] & 15;
  const channelCode = bytes[at + 3] >> 4;
  const bitsCode = (bytes[at + 3] >> 1) & 7;
  if (sizeCode === 0 || rateCode === 15 || channelCode > 10 || bitsCode === 3 || (bytes[at + 3] & 1) !== 0) {
    return undefined;
  }
  // As in UTF-8, the leading ones of the first byte give the number of bytes.
  const first = bytes[at + 4];
  const ones = Math.clz32(~(first << 24));
  if (ones === 1 || ones === 8) return undefined;
  let number = ones === 0 ? first : first & (0x7f >> ones);
  let next = at + 5;
  for (const end = at + Math.max(5, 4 + ones); next < end; next++) number = number * 64 + (bytes[next] & 0x3f);
  const follows = (count: 1 | 2): number => (count === 1 ? bytes[next++] : bytes[next++] * 256 + bytes[next++]);
  const blockSize = sizeCode === 6 ? follows(1) + 1 : sizeCode === 7 ? follows(2) + 1 : BLOCK_SIZES[sizeCode];
  const sampleRate =
    rateCode < 12
      ? RATES[rateCode] || info.sampleRate
      : rateCode === 12
        ? follows(1) * 1000
        : follows(2) * (rateCode === 13 ? 1 : 10);
  if (next >= bytes.length || crc8(bytes, at, next) !== bytes[next] || !sampleRate) return undefined;
  return {
    blockSize,
    sampleRate,
    channels: channelCode < 8 ? channelCode + 1 : 2,
    stereo: channelCode < 8 ? 'apart' : STEREO[channelCode - 8],
    bits: BITS[bitsCode] || info.bits,
    number,
    variable: (bytes[at + 1] & 1) === 1,
    length: next + 1 - at,
  };
}

/** Polynomial x⁸ + x² + x + 1. */
function crc8(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) {
    crc ^= bytes[i];
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return crc;
}
