import { holds } from '../../format.ts';

/** How files begin (RFC 4867, section 5). */
export const NARROW = '#!AMR\n';
export const WIDE = '#!AMR-WB\n';

/** Bytes of a frame of each type, with the byte that says the type; 0 for those that the standard keeps free. */
const NARROW_SIZES = [13, 14, 16, 18, 20, 21, 27, 32, 6, 7, 6, 6, 0, 0, 0, 1];
const WIDE_SIZES = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1];

/** Bytes of the longest frame. */
export const LONGEST_FRAME = Math.max(...WIDE_SIZES);

/** Whether a file is AMR, of either band. */
export function isAmr(head: Uint8Array): boolean {
  return holds(head, NARROW) || holds(head, WIDE);
}

/** Bytes of a frame, by its first one; 0 if there is no such frame. */
export function amrFrameSize(first: number, wide: boolean): number {
  return (wide ? WIDE_SIZES : NARROW_SIZES)[(first >> 3) & 15];
}
