import { SerError } from '../error.ts';
import { printable } from './printable.ts';

/**
 * Refuses an argument of the library that its type does not allow: callers may have no types.
 * @param holds  whether it is what is expected
 * @param what  the function and its argument: `predict: audio`
 * @param expected  a phrase: `the path of a file`
 * @throws {SerError} `usage`
 */
export function expectArgument(holds: boolean, what: string, expected: string, value: unknown): void {
  if (!holds) throw new SerError('usage', `${what} must be ${expected}; it is ${described(value)}.`);
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** Whether it is a list of texts. */
export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

export function expectText(value: unknown, what: string, expected: string): void {
  expectArgument(isText(value), what, expected, value);
}

export function expectSignal(value: unknown, what: string): void {
  expectArgument(value instanceof Float32Array, what, 'a Float32Array of samples', value);
}

/** A matrix of values, frames × bins. */
export function expectFrames(value: unknown, what: string): void {
  const holds = isObject(value) && ArrayBuffer.isView(value.data) && Number(value.frames) * Number(value.bins) === Number(Reflect.get(value.data, 'length')); // prettier-ignore
  expectArgument(holds, what, '{ data, frames, bins } with frames × bins values in data', value);
}

/** @param known  the names that options may have */
export function expectOptions(value: unknown, what: string, known: readonly string[]): void {
  expectArgument(isObject(value), what, `an object with any of ${known.join(', ')}`, value);
  const other = Object.keys(value as object).find((name) => !known.includes(name));
  if (other !== undefined)
    throw new SerError('usage', `${what} know no "${printable(other)}": there are ${known.join(', ')}.`);
}

/** One of some values, or undefined. */
export function expectOneOf(value: unknown, what: string, known: readonly string[]): void {
  expectArgument(value === undefined || known.includes(value as string), what, `one of ${known.join(', ')}`, value);
}

function described(value: unknown): string {
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return `"${printable(value.length > 60 ? `${value.slice(0, 60)}…` : value)}"`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${value.byteLength} bytes`;
  const kind = value.constructor?.name ?? 'Object';
  const keys = Object.keys(value).slice(0, 5).map(printable);
  return kind !== 'Object' ? `a ${kind}` : keys.length > 0 ? `an object with ${keys.join(', ')}` : 'an empty object';
}
