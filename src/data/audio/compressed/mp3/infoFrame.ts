import { holds } from '../../format.ts';
import { sideInfoBytes } from './sideInfo.ts';
import type { MpegHeader } from './header.ts';

/** An encoder's data about a stream, from its first frame, which contains no sound. */
export interface StreamCounts {
  /** Frames after this one. */
  frames?: number;
  /** Bytes including this frame. */
  bytes?: number;
  /** CRC-16 of the bytes after this frame, as written by LAME and others. */
  checksum?: number;
}

const HAS_FRAMES = 1;
const HAS_BYTES = 2;
const ALL_FIELDS = 15;

/**
 * Reads the "Xing", "Info" or "VBRI" frame, with the fields that LAME adds.
 * Source: Gabriel Bouvigne, "MP3 info tag" (rev. 1); the VBRI header of Fraunhofer's encoders.
 * @param frame  the bytes of a whole frame
 * @returns undefined if it is a frame of sound
 */
export function readInfoFrame(frame: Uint8Array, header: MpegHeader): StreamCounts | undefined {
  if (header.layer !== 3) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (holds(frame, 'VBRI', 36) && frame.length >= 54) return { bytes: view.getUint32(46), frames: view.getUint32(50) };
  const tag = 4 + sideInfoBytes(header);
  if ((!holds(frame, 'Xing', tag) && !holds(frame, 'Info', tag)) || frame.length < tag + 16) return undefined;
  const flags = view.getUint32(tag + 4);
  const counts: StreamCounts = {};
  let at = tag + 8;
  if (flags & HAS_FRAMES) {
    counts.frames = view.getUint32(at);
    at += 4;
  }
  if (flags & HAS_BYTES) counts.bytes = view.getUint32(at);
  // LAME's fields end with two checksums: that of the sound, then that of this frame up to here.
  const checksums = tag + 152;
  if (flags === ALL_FIELDS && checksums + 4 <= frame.length) {
    if (view.getUint16(checksums + 2) === crc16(frame.subarray(0, checksums + 2))) {
      counts.checksum = view.getUint16(checksums);
    }
  }
  return counts;
}

/** Polynomial x¹⁶ + x¹⁵ + x² + 1, least significant bit first. */
export function crc16(bytes: Uint8Array, crc = 0): number {
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- six times as fast as the iterator
  for (let i = 0; i < bytes.length; i++) crc = (crc >> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 0xff];
  return crc;
}

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0xa001 : 0);
  return crc;
});
