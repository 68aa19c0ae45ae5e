import { SerError } from '../../../../error.ts';
import { type ByteSource, holds } from '../../format.ts';

/** A box of an MP4 or QuickTime file. */
export interface Box {
  type: string;
  body: Uint8Array;
}

/** Position of a box in a file, without its content. */
export interface BoxPlace {
  type: string;
  /** Start of its header. */
  at: number;
  /** Start and end of its content, by its header: the end may be beyond the end of a truncated file. */
  start: number;
  end: number;
}

/** The boxes of a file in order, up to anything that is not a box. */
export async function* topBoxes(source: ByteSource): AsyncGenerator<BoxPlace> {
  for (let at = 0; at + 8 <= source.size;) {
    const header = readHeader((await source.read(at, 16)).slice(), source.size - at);
    if (!header) return;
    yield { type: header.type, at, start: at + header.header, end: at + header.size };
    at += header.size;
  }
}

/** The boxes within bytes, in order. @throws {SerError} `audio` if one is larger than its container */
export function* boxesIn(bytes: Uint8Array): Generator<Box> {
  for (let at = 0; at + 8 <= bytes.length;) {
    const header = readHeader(bytes.subarray(at, at + 16), bytes.length - at);
    if (!header) return;
    if (at + header.size > bytes.length)
      throw new SerError('audio', `it is damaged: its "${header.type}" box is cut off`);
    yield { type: header.type, body: bytes.subarray(at + header.header, at + header.size) };
    at += header.size;
  }
}

/** The first box of a path, such as `mdia/minf/stbl`. */
export function boxAt(bytes: Uint8Array, path: string): Uint8Array | undefined {
  let inside: Uint8Array | undefined = bytes;
  for (const type of path.split('/')) inside = inside && [...boxesIn(inside)].find((box) => box.type === type)?.body;
  return inside;
}

/** @param left  bytes to the end of the container */
function readHeader(bytes: Uint8Array, left: number): { type: string; header: number; size: number } | undefined {
  const view = viewOf(bytes);
  const type = String.fromCharCode(...bytes.subarray(4, 8));
  let size = view.getUint32(0);
  let header = 8;
  if (size === 0) size = left;
  else if (size === 1) {
    if (bytes.length < 16) return undefined;
    size = Number(view.getBigUint64(8));
    header = 16;
  }
  return size < header ? undefined : { type, header, size };
}

export const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, length);

/** Types of the first box of a file: QuickTime files have no `ftyp` box. */
const FIRST = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'];

/** Whether a file is MP4 or QuickTime. */
export function isMp4(head: Uint8Array): boolean {
  return FIRST.some((type) => holds(head, type, 4));
}
