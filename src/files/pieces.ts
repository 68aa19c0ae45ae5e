/** Node's functions that read, write or hash bytes take less than 2 GiB of them at a time. */
const MOST = 2 ** 30;

/** The bytes of an array of any size, in pieces that Node's functions take; views, not copies. */
export function* piecesOf(
  { buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView,
  most = MOST,
): Generator<Uint8Array<ArrayBufferLike>> {
  for (let at = 0; at < byteLength; at += most) {
    yield new Uint8Array(buffer, byteOffset + at, Math.min(most, byteLength - at));
  }
}
