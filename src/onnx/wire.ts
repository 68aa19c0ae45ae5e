import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { SerError } from '../error.ts';

/** Readers of fields by their numbers; other fields are skipped. */
export type Fields = Record<number, ((reader: BinaryReader, type: WireType) => void) | undefined>;

export function readFields(reader: BinaryReader, fields: Fields): void {
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const read = fields[number];
    if (read) read(reader, type);
    else reader.skip(type, number);
  }
}

/** The message in a field. */
export const message = (reader: BinaryReader): BinaryReader => new BinaryReader(reader.bytes());

/** Appends the integers of a repeated field, one or packed. */
export function readIntegers(reader: BinaryReader, type: WireType, to: number[]): void {
  if (type !== WireType.LengthDelimited) to.push(Number(reader.int64()));
  else for (const packed = message(reader); packed.pos < packed.len;) to.push(Number(packed.int64()));
}

/** Appends the floats of a repeated field, one or packed. */
export function readFloats(reader: BinaryReader, type: WireType, to: number[]): void {
  if (type !== WireType.LengthDelimited) to.push(reader.float());
  else for (const packed = message(reader); packed.pos < packed.len;) to.push(packed.float());
}

/**
 * Reads an ONNX model's fields.
 * @param origin  name of the model in messages
 * @throws {SerError} `model` for bytes that are not a protocol buffer, or a truncated one
 */
export function readModelFields(bytes: Uint8Array, origin: string, fields: Fields): void {
  try {
    readFields(new BinaryReader(bytes), fields);
  } catch (cause) {
    if (cause instanceof SerError) throw cause;
    throw new SerError(
      'model',
      `${origin} is not an ONNX file, or not the whole of it (${(cause as Error).message}).`,
      { cause },
    );
  }
}
