import type { ByteSource } from './format.ts';

/** Bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (at, count) => bytes.subarray(at, at + count) };
}

/** The part of a source that begins at byte `start`. */
export function sourceFrom(source: ByteSource, start: number): ByteSource {
  if (start === 0) return source;
  return { size: Math.max(0, source.size - start), read: (at, count) => source.read(start + at, count) };
}

/** All bytes of a source at once: for decoders that need the whole compressed file. */
export async function wholeSource(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, source.size);
}

/** Bytes of the ID3v2 tags at the beginning of a file: a 10-byte header each, whose "synchsafe" size has 4 × 7 bits. */
export async function tagBytes(source: ByteSource): Promise<number> {
  let at = 0;
  for (;;) {
    const head = await source.read(at, 10);
    if (head.length < 10 || head[0] !== 0x49 || head[1] !== 0x44 || head[2] !== 0x33) return at;
    const footer = head[5] & 0x10 ? 10 : 0;
    at += 10 + head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0) + footer;
  }
}

/** Concatenates bytes. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
