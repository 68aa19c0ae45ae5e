import * as v from 'valibot';
import { ifShaped } from '../files/json.ts';

/*
 * Results as JSON. Arrays of floats keep their type and every bit, as base64.
 */

const TYPES = { Float32Array, Float64Array } as const;
const STORED = v.strictObject({ $floats: v.picklist(['Float32Array', 'Float64Array']), base64: v.string() });

/** Ready for `JSON.stringify`. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Float64Array) {
    const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    return { $floats: value instanceof Float32Array ? 'Float32Array' : 'Float64Array', base64 };
  }
  return mapValues(value, toPlain);
}

/** The inverse of `toPlain`. */
export function fromPlain(value: unknown): unknown {
  const stored = ifShaped(value, STORED);
  if (!stored) return mapValues(value, fromPlain);
  // Copied: a Buffer's memory need not be aligned.
  const { buffer } = new Uint8Array(Buffer.from(stored.base64, 'base64'));
  const size = TYPES[stored.$floats].BYTES_PER_ELEMENT;
  return new TYPES[stored.$floats](buffer, 0, Math.floor(buffer.byteLength / size));
}

function mapValues(value: unknown, map: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, map(one)]));
}
