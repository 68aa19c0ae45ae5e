import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { count, ifShaped, parseShallow } from '../../../files/json.ts';

/** A named array of weights; row-major. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
}

export type Tensors = Record<string, Tensor>;

const ENTRY = v.object({ dtype: v.string(), shape: v.array(count), data_offsets: v.tuple([count, count]) });

/** More than any real header; keeps a hostile length from being read as JSON. The same as the format's own limit. */
const MAX_HEADER = 100_000_000;
const LENGTH_BYTES = 8;

/**
 * Reads a safetensors file (https://huggingface.co/docs/safetensors): eight bytes of length, a JSON header, the values.
 * Every statement of the header is checked against the file before a value is read.
 * @param bytes  the whole file
 * @param origin  its name in messages
 * @returns the float32 tensors in full, int64 ones (PyTorch's counters) rounded to float32
 * @throws {SerError} `model`, naming the tensor, for a file cut short or too long, an invalid header, tensors that overlap
 *   or leave gaps, or another type of number
 */
export function readSafetensors(bytes: Uint8Array, origin = 'the file'): Tensors {
  const refuse = (message: string): never => {
    throw new SerError('model', `${origin} is not a usable safetensors file: ${message}.`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LENGTH_BYTES) refuse(`it has ${bytes.length} bytes, not even a header`);
  const headerLength = Number(view.getBigUint64(0, true));
  const start = LENGTH_BYTES + headerLength;
  if (headerLength > MAX_HEADER || start > bytes.length) {
    refuse(`it says that its header has ${headerLength} bytes, but it has ${bytes.length} bytes in all`);
  }
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start), refuse);
  const valueBytes = bytes.length - start;

  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => ({ name, ...checkEntry(name, entry, refuse) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (end > valueBytes) {
      refuse(
        `tensor "${name}" ends at byte ${end}, but only ${valueBytes} bytes of values are there: it was cut short`,
      );
    }
    if (begin < covered) refuse(`tensor "${name}" overlaps the one before it, at byte ${begin}`);
    if (begin > covered) refuse(`${begin - covered} bytes before tensor "${name}" belong to none`);
    covered = end;
  }
  if (covered < valueBytes) refuse(`${valueBytes - covered} bytes after the last tensor belong to none`);

  return Object.fromEntries(
    entries.map(({ name, shape, begin, end, read }) => {
      // A copy: the values need not be aligned to their size.
      return [name, { shape, data: read(new Uint8Array(bytes.subarray(start + begin, start + end)).buffer) }];
    }),
  );
}

const READERS = new Map<string, { size: number; read(buffer: ArrayBuffer): Float32Array }>([
  ['F32', { size: 4, read: (buffer) => new Float32Array(buffer) }],
  ['I64', { size: 8, read: (buffer) => Float32Array.from(new BigInt64Array(buffer), Number) }],
]);

type Refuse = (message: string) => never;

function parseHeader(json: Uint8Array, refuse: Refuse): Record<string, unknown> {
  let header: unknown;
  try {
    header = parseShallow(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return refuse('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) refuse('its header is not a JSON object');
  return header as Record<string, unknown>;
}

function checkEntry(name: string, entry: unknown, refuse: Refuse) {
  const found = ifShaped(entry, ENTRY);
  if (!found || found.data_offsets[0] > found.data_offsets[1]) {
    return refuse(`tensor "${name}" lacks a sound dtype, shape or data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = found;
  const reader = READERS.get(dtype);
  if (!reader) return refuse(`tensor "${name}" is of type ${dtype}; save it as F32`);
  const [begin, end] = offsets;
  const expected = shape.reduce((product, length) => product * length, reader.size);
  if (end - begin !== expected) {
    return refuse(
      `tensor "${name}" of shape [${shape.join(', ')}] needs ${expected} bytes and is given ${end - begin}`,
    );
  }
  return { shape, begin, end, read: reader.read };
}
