import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { SerError } from '../error.ts';

const METADATA_PROPS = 14;

/** Key of the entry with the SHA-256, in hexadecimal, of all other bytes of the file. */
export const HASH_KEY = 'sha256';

export interface OnnxFile {
  /** Its `metadata_props` (which onnxruntime-node does not expose) without the hash. */
  metadata: Record<string, string>;
  /** The stored hash, and the bytes that it covers. */
  hash?: { sha256: string; content: Uint8Array<ArrayBuffer> };
}

/**
 * Reads the metadata of an ONNX model, without its graph.
 * @param origin  name of the model in messages
 * @throws {SerError} `model` for bytes that are not a protocol buffer, or a truncated one
 */
export function readOnnxFile(bytes: Uint8Array, origin = 'the model'): OnnxFile {
  const entries = new Map<string, string>();
  let hash: OnnxFile['hash'];
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const from = reader.pos;
      const [number, type] = reader.tag();
      if (number === METADATA_PROPS && type === WireType.LengthDelimited) {
        const [key, value] = readEntry(reader.bytes());
        if (key === HASH_KEY) hash = { sha256: value, content: without(bytes, from, reader.pos) };
        else entries.set(key, value);
      } else reader.skip(type, number);
    }
  } catch (cause) {
    throw new SerError(
      'model',
      `${origin} is not an ONNX file, or not the whole of it (${(cause as Error).message}).`,
      { cause },
    );
  }
  return { metadata: Object.fromEntries(entries), ...(hash && { hash }) };
}

function readEntry(bytes: Uint8Array): [key: string, value: string] {
  const reader = new BinaryReader(bytes);
  const entry: [string, string] = ['', ''];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1 || number === 2) entry[number - 1] = reader.string();
    else reader.skip(type, number);
  }
  return entry;
}

function without(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const rest = new Uint8Array(bytes.length - (to - from));
  rest.set(bytes.subarray(0, from));
  rest.set(bytes.subarray(to), from);
  return rest;
}
