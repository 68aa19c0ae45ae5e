import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { SerError } from '../error.ts';

const METADATA_PROPS = 14;

/**
 * The `metadata_props` of an ONNX model, which onnxruntime-node does not show. The graph is passed over unread.
 * @param origin  what to call the model in messages
 * @throws {SerError} `model` for bytes that are no protocol buffer, or one cut short
 */
export function readOnnxMetadata(bytes: Uint8Array, origin = 'the model'): Record<string, string> {
  const metadata: Record<string, string> = {};
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      if (number === METADATA_PROPS && type === WireType.LengthDelimited) {
        const [key, value] = readEntry(reader.bytes());
        metadata[key] = value;
      } else reader.skip(type, number);
    }
  } catch (error) {
    throw new SerError(
      'model',
      `${origin} is not an ONNX file, or not the whole of it (${(error as Error).message}).`,
      {
        cause: error,
      },
    );
  }
  return metadata;
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
