import { holds } from '../../format.ts';

/**
 * Whether one of the streams that an Ogg file begins with has a first packet that begins with that text: they have a page each, before
 * any other.
 * @param head  the beginning of a file
 */
export function oggStreamBegins(head: Uint8Array, text: string): boolean {
  for (let at = 0; holds(head, 'OggS', at) && at + 27 < head.length && (head[at + 5] & 2) !== 0;) {
    const start = at + 27 + head[at + 26];
    if (holds(head, text, start)) return true;
    at = head.subarray(at + 27, start).reduce((sum, size) => sum + size, start);
  }
  return false;
}
