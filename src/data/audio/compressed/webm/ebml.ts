import type { ByteSource } from '../../format.ts';

/** An element of a Matroska or WebM file. */
export interface Element {
  id: number;
  /** Start of its content. */
  start: number;
  /** End by its header; Infinity if unknown. */
  end: number;
}

/** Reads the header of an element (RFC 8794, sections 4 to 6). @returns undefined if there is none */
export function readElement(bytes: Uint8Array, at: number): Element | undefined {
  const idLength = Math.clz32(bytes[0] ?? 0) - 23;
  if (idLength < 1 || idLength > 4 || bytes.length < idLength + 1) return undefined;
  let id = 0;
  for (let i = 0; i < idLength; i++) id = id * 256 + bytes[i];
  const size = readVint(bytes, idLength);
  if (!size) return undefined;
  const start = at + idLength + size.length;
  return { id, start, end: size.value === undefined ? Infinity : start + size.value };
}

/** A number whose leading zeros give its number of bytes. @returns  its value, undefined if all bits are set */
export function readVint(bytes: Uint8Array, at: number): { value?: number; length: number } | undefined {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  if (length > 8 || at + length > bytes.length) return undefined;
  let value = bytes[at] & (0xff >> length);
  let all = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + bytes[at + i];
    all &&= bytes[at + i] === 0xff;
  }
  return all ? { length } : { value, length };
}

/** The elements within bytes, with their content. */
export function* elementsIn(bytes: Uint8Array): Generator<{ id: number; body: Uint8Array }> {
  for (let at = 0; at < bytes.length;) {
    const element = readElement(bytes.subarray(at, at + 12), at);
    if (!element || element.end > bytes.length) return;
    yield { id: element.id, body: bytes.subarray(element.start, element.end) };
    at = element.end;
  }
}

/** The content of the first element with that id. */
export function elementIn(bytes: Uint8Array, id: number): Uint8Array | undefined {
  for (const element of elementsIn(bytes)) if (element.id === id) return element.body;
  return undefined;
}

/** The elements of a file in order; those in `open` are entered, whatever their size. */
export async function* elementsOf(source: ByteSource, open: ReadonlySet<number>): AsyncGenerator<Element> {
  for (let at = 0; at < source.size;) {
    const element = readElement((await source.read(at, 12)).slice(), at);
    if (!element) return;
    yield element;
    if (open.has(element.id)) at = element.start;
    else if (element.end === Infinity) return;
    else at = element.end;
  }
}

export function unsigned(bytes: Uint8Array | undefined, otherwise = 0): number {
  return bytes ? bytes.subarray(0, 8).reduce((sum, byte) => sum * 256 + byte, 0) : otherwise;
}

export function signed(bytes: Uint8Array | undefined): number {
  if (!bytes || bytes.length === 0 || bytes.length > 8) return 0;
  return unsigned(bytes) - (bytes[0] & 0x80 ? 256 ** bytes.length : 0);
}

export function float(bytes: Uint8Array | undefined, otherwise = 0): number {
  if (bytes?.length !== 4 && bytes?.length !== 8) return otherwise;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === 4 ? view.getFloat32(0) : view.getFloat64(0);
}

export function text(bytes: Uint8Array | undefined): string {
  return String.fromCharCode(...(bytes ?? []).slice(0, 100)).replace(/\0.*$/s, '');
}
