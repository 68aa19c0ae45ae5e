/** Bytes that the header of a FLAC frame can have. */
const LONGEST_HEADER = 16;

/**
 * How many samples a channel a FLAC file has by its last frame header: for files that were written to a pipe, whose
 * STREAMINFO could not count them, so that a file cut short within a frame can be told.
 * Source: the FLAC format, RFC 9639, section 9.1.
 * @param blockSize  samples of every frame but the last, from STREAMINFO
 * @returns 0 if there is no frame
 */
export function countFlacSamples(bytes: Uint8Array, blockSize: number): number {
  for (let at = bytes.length - LONGEST_HEADER / 2; at >= 0; at--) {
    if (bytes[at] !== 0xff || (bytes[at + 1] & 0xfe) !== 0xf8) continue;
    const header = readFrameHeader(bytes.subarray(at, at + LONGEST_HEADER));
    if (header) return header.number * (header.variable ? 1 : blockSize) + header.samples;
  }
  return 0;
}

/** Samples of a frame by its code; for 6 and 7 the number follows in the header. */
const BLOCK_SIZES = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];

/** @returns nothing if its checksum does not fit: not a header, but sound that looks like one */
function readFrameHeader(bytes: Uint8Array): { variable: boolean; number: number; samples: number } | undefined {
  const lengthCode = bytes[2] >> 4;
  const rateCode = bytes[2] & 15;
  // As in UTF-8: the leading ones of the first byte count the bytes.
  const ones = Math.clz32(~(bytes[4] << 24));
  let number = ones === 0 ? bytes[4] : bytes[4] & (0x7f >> ones);
  let at = 5;
  for (const end = 4 + Math.max(1, ones); at < end; at++) number = number * 64 + (bytes[at] & 0x3f);
  const samples =
    lengthCode === 6
      ? bytes[at++] + 1
      : lengthCode === 7
        ? bytes[at++] * 256 + bytes[at++] + 1
        : BLOCK_SIZES[lengthCode];
  if (rateCode >= 12) at += rateCode === 12 ? 1 : 2;
  if (at >= bytes.length || crc8(bytes.subarray(0, at)) !== bytes[at]) return undefined;
  return { variable: (bytes[1] & 1) === 1, number, samples };
}

/** Polynomial x⁸ + x² + x + 1. */
function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return crc;
}
