import { SerError } from '../../../../error.ts';
import { readVint } from './ebml.ts';

/** The packets of a block, and the number of their track. */
export interface Block {
  track: number;
  packets: Uint8Array[];
}

const damaged = (): never => {
  throw new SerError('audio', 'it is damaged: a block whose packets do not fit in it');
};

/** Splits a block (RFC 9559, section 10) into one packet, or several in one of three kinds of lacing. */
export function readBlock(bytes: Uint8Array): Block {
  const number = readVint(bytes, 0);
  if (!number || bytes.length < number.length + 3) return damaged();
  const track = number.value ?? 0;
  const flags = bytes[number.length + 2];
  const body = bytes.subarray(number.length + 3);
  const lacing = (flags >> 1) & 3;
  if (lacing === 0) return { track, packets: [body] };
  const count = (body[0] ?? damaged()) + 1;
  if (lacing === 2) {
    const size = (body.length - 1) / count;
    if (!Number.isInteger(size)) damaged();
    return { track, packets: Array.from({ length: count }, (_, i) => body.subarray(1 + i * size, 1 + (i + 1) * size)) };
  }
  const { sizes, at } = lacing === 1 ? xiphSizes(body, count) : ebmlSizes(body, count);
  const packets: Uint8Array[] = [];
  let from = at;
  for (const size of sizes) {
    if (size < 0 || from + size > body.length) damaged();
    packets.push(body.subarray(from, (from += size)));
  }
  return { track, packets: [...packets, body.subarray(from)] };
}

/** Sizes of all packets but the last: sums of bytes of 255 and a smaller one. */
function xiphSizes(body: Uint8Array, count: number): { sizes: number[]; at: number } {
  const sizes: number[] = [];
  let at = 1;
  while (sizes.length < count - 1) {
    let size = 0;
    let byte: number;
    do size += byte = body[at++] ?? damaged();
    while (byte === 255);
    sizes.push(size);
  }
  return { sizes, at };
}

/** Sizes of all packets but the last: the first size, then differences. */
function ebmlSizes(body: Uint8Array, count: number): { sizes: number[]; at: number } {
  const sizes: number[] = [];
  let at = 1;
  while (sizes.length < count - 1) {
    const { value, length } = readVint(body, at) ?? damaged();
    if (value === undefined) return damaged();
    at += length;
    const last = sizes.at(-1);
    sizes.push(last === undefined ? value : last + value - (2 ** (7 * length - 1) - 1));
  }
  return { sizes, at };
}
