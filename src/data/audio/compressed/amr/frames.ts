import { holds } from '../../format.ts';

/** Signatures at the start of files (RFC 4867, section 5). */
export const NARROW = '#!AMR\n';
export const WIDE = '#!AMR-WB\n';

/** Bytes per frame by its type, including the type byte; 0 for reserved types. */
const NARROW_SIZES = [13, 14, 16, 18, 20, 21, 27, 32, 6, 7, 6, 6, 0, 0, 0, 1];
const WIDE_SIZES = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1];

/** Bytes of the longest frame. */
export const LONGEST_FRAME = Math.max(...WIDE_SIZES);

/** Whether a file is AMR, narrow-band or wide-band. */
export function isAmr(head: Uint8Array): boolean {
  return holds(head, NARROW) || holds(head, WIDE);
}

/** Bytes of a frame, given its first byte; 0 if there is no such frame. */
export function amrFrameSize(first: number, wide: boolean): number {
  return (wide ? WIDE_SIZES : NARROW_SIZES)[(first >> 3) & 15];
}
