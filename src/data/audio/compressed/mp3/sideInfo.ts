import type { MpegHeader } from './header.ts';

/** Bytes of the side information, which follows the header of four bytes and an optional checksum of two. */
export function sideInfoBytes({ mpeg, channels }: MpegHeader): number {
  return mpeg === 1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
}

/** More pairs of values than a granule of 576 samples has. */
const TOO_MANY_PAIRS = 289;

/**
 * Checks the Layer III frames of a stream in order: their checksums, if they have any, and whether the positions of the sound
 * in the side information agree from frame to frame. Errors within the sound itself are not detected.
 * Source: ISO/IEC 11172-3 and 13818-3, section 2.4.1.7.
 */
export function createFrameCheck(): (frame: Uint8Array, header: MpegHeader) => boolean {
  /** Bytes that earlier frames left free for the next one; unknown at the beginning and after a damaged frame. */
  let free = Infinity;
  return (frame, header) => {
    const sound = readSideInfo(frame, header);
    const fits = sound !== undefined && sound.before <= free && sound.length <= sound.before + sound.room;
    free = fits ? sound.before + sound.room - sound.length : Infinity;
    return fits;
  };
}

/** Position of a frame's sound, in bytes. */
interface Sound {
  /** Distance from its start to the end of the side information, without other frames' headers and side information. */
  before: number;
  length: number;
  /** Bytes after the side information. */
  room: number;
}

/** @returns undefined if its fields or its checksum are wrong */
function readSideInfo(frame: Uint8Array, header: MpegHeader): Sound | undefined {
  const { mpeg, channels, checked } = header;
  const start = checked ? 6 : 4;
  const end = start + sideInfoBytes(header);
  if (frame.length < end) return undefined;
  if (checked && checksum(frame.subarray(start, end), checksum(frame.subarray(2, 4))) !== frame[4] * 256 + frame[5]) {
    return undefined;
  }
  let at = 8 * start;
  const read = (count: number): number => {
    const byte = at >> 3;
    const word = (frame[byte] << 16) | (frame[byte + 1] << 8) | frame[byte + 2];
    at += count;
    return (word >> (24 - ((at - count) & 7) - count)) & ((1 << count) - 1);
  };
  const before = read(mpeg === 1 ? 9 : 8);
  if (mpeg === 1)
    read(channels === 1 ? 9 : 11); // private bits, and which scale factors are shared
  else read(channels);
  let bits = 0;
  for (let granule = (mpeg === 1 ? 2 : 1) * channels; granule > 0; granule--) {
    bits += read(12);
    if (read(9) >= TOO_MANY_PAIRS) return undefined;
    read(8); // gain
    read(mpeg === 1 ? 4 : 9); // coding of scale factors
    const switched = read(1) === 1;
    if (switched && read(2) === 0) return undefined; // a switched window cannot be of type 0
    at += (switched ? 20 : 22) + (mpeg === 1 ? 3 : 2);
  }
  return { before, length: Math.ceil(bits / 8), room: frame.length - end };
}

/** Polynomial x¹⁶ + x¹⁵ + x² + 1, most significant bit first. */
function checksum(bytes: Uint8Array, crc = 0xffff): number {
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0)) & 0xffff;
  }
  return crc;
}
