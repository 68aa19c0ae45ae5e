import { SerError } from '../../../error.ts';
import type { ByteSource } from '../format.ts';
import { viewOf } from './samples.ts';

/** A part of a file with a name and a size in its header. */
export interface Chunk {
  id: string;
  /** The first byte after its header. */
  start: number;
  /** Bytes without its header, as stated there. */
  size: number;
}

/** The chunk headers of a kind of file. */
export interface ChunkKind {
  headerBytes: number;
  /** Chunks begin at multiples of it, counted from the previous one. */
  align: number;
  read(header: DataView): Pick<Chunk, 'id' | 'size'>;
}

/** RIFF: four characters and 32 bits. */
export const riffChunks: ChunkKind = {
  headerBytes: 8,
  align: 2,
  read: (view) => ({ id: textOf(view, 0, 4), size: view.getUint32(4, true) }),
};

/** IFF (which includes AIFF) and RIFX: the same, big-endian. */
export const iffChunks: ChunkKind = {
  ...riffChunks,
  read: (view) => ({ id: textOf(view, 0, 4), size: view.getUint32(4) }),
};

/** More than any real file has; each is a read from the disk. */
const MAX_CHUNKS = 10_000;

/**
 * The chunks of a file in order, up to its end, to anything that is not a chunk, or to one that extends beyond the end (included).
 * A list of data chunks ("wavl") is followed by the chunks within it.
 * @param from  position of the first one
 */
export async function* readChunks(source: ByteSource, from: number, kind: ChunkKind): AsyncGenerator<Chunk> {
  let at = from;
  for (let count = 0; at + kind.headerBytes <= source.size; count++) {
    if (count === MAX_CHUNKS) throw new SerError('audio', `it is damaged: it has more than ${MAX_CHUNKS} chunks`);
    const chunk = { ...kind.read(viewOf(await source.read(at, kind.headerBytes))), start: at + kind.headerBytes };
    if (!isName(chunk.id)) return;
    yield chunk;
    if (chunk.id === 'LIST' && (await holdsText(source, chunk.start, ['wavl']))) {
      at = chunk.start + 4; // a list of data chunks
      continue;
    }
    const end = chunk.start + chunk.size;
    const aligned = chunk.start + Math.ceil(chunk.size / kind.align) * kind.align;
    at = aligned > end && (await holdsText(source, end, UNPADDED)) ? end : aligned;
  }
}

const isName = (id: string): boolean => /^[\x20-\x7e]{4}$/.test(id);

/** Programs that forget to pad a chunk of odd size write the next one directly after it. */
const UNPADDED = ['fmt ', 'data', 'fact', 'LIST', 'COMM', 'SSND'];

async function holdsText(source: ByteSource, at: number, texts: readonly string[]): Promise<boolean> {
  return texts.includes(textOf(viewOf(await source.read(at, 4)), 0, 4));
}

/** Whether everything from a byte to the end of the file is chunks. */
export async function onlyChunksFrom(source: ByteSource, from: number, kind: ChunkKind): Promise<boolean> {
  let end = from;
  for await (const { start, size } of readChunks(source, from, kind)) end = start + size;
  return end <= source.size && source.size - end < kind.align;
}

/** @throws {SerError} `audio` if a chunk before the samples extends beyond the end of the file */
export function checkInside({ id, start, size }: Chunk, source: ByteSource): void {
  if (start + size > source.size) {
    const left = source.size - start;
    throw new SerError('audio', `its "${id.slice(0, 4)}" chunk claims ${size} bytes, but only ${left} are left`);
  }
}

/** The bytes of a chunk, at most `most`. */
export async function readBody({ start, size }: Chunk, source: ByteSource, most: number): Promise<DataView> {
  return viewOf((await source.read(start, Math.min(size, most))).slice());
}

/** Characters of one byte each. */
export function textOf(view: DataView, at: number, length: number): string {
  let text = '';
  for (let i = at; i < Math.min(at + length, view.byteLength); i++) text += String.fromCharCode(view.getUint8(i));
  return text;
}
