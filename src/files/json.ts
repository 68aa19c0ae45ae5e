import * as v from 'valibot';
import { SerError, type SerErrorCode } from '../error.ts';

/** A finite number. JSON has no others, but 1e999 is read as infinity. */
export const finite = v.pipe(v.number(), v.finite('must be a finite number'));
/** An integer from 0. */
export const count = v.pipe(v.number(), v.safeInteger('must be a whole number'), v.minValue(0, 'must be 0 or more'));

const WORDS = new Map<string, string>([
  ['Array', 'a list'],
  ['Object', 'an object'],
  ['boolean', 'true or false'],
  ['number', 'a number'],
  ['string', 'a text'],
]);

/**
 * Reads JSON of a known shape. Runs in Node, Deno and the browser.
 * @param origin  its name in messages
 * @throws {SerError} `code`, naming the part that is wrong
 */
export function parseJson<Schema extends v.GenericSchema>(
  text: string,
  schema: Schema,
  origin: string,
  code: SerErrorCode,
): v.InferOutput<Schema> {
  let value: unknown;
  try {
    value = parseShallow(text);
  } catch (cause) {
    throw new SerError(code, `${origin}: it is not JSON (${(cause as Error).message}).`, { cause });
  }
  return checkShape(value, schema, origin, code);
}

/** Limit of the nesting of lists and objects: deeper ones could be read, but neither compared nor written. */
const DEEPEST = 100;

/** `JSON.parse` that refuses deeper nesting. @throws {SyntaxError} */
export function parseShallow(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  let depth = 0;
  // In valid JSON: strings with their escapes, and brackets.
  for (const [part] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g)) {
    if (part === '[' || part === '{') depth++;
    else if (part === ']' || part === '}') depth--;
    if (depth > DEEPEST) throw new SyntaxError(`it is nested more than ${DEEPEST} deep`);
  }
  return value;
}

/** `parseJson` for parsed JSON; keeps only the properties that the schema knows. @throws {SerError} likewise */
export function checkShape<Schema extends v.GenericSchema>(
  value: unknown,
  schema: Schema,
  origin: string,
  code: SerErrorCode,
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (success) return output;
  throw new SerError(code, `${origin}: ${problem(issues[0])}.`);
}

/** Like `checkShape`, but undefined for a value of another shape. */
export function ifShaped<Schema extends v.GenericSchema>(
  value: unknown,
  schema: Schema,
): v.InferOutput<Schema> | undefined {
  const { success, output } = v.safeParse(schema, value, { abortEarly: true });
  return success ? output : undefined;
}

function problem(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const name = path ? `\`${path}\`` : 'it';
  const { kind, type, message, received } = issue;
  const expected = (issue.expected ?? '').replace(/[()]/g, '');
  if (kind === 'validation') return `${name} ${message}; it is ${received}`;
  if (received === 'undefined') return `${name} is missing`;
  if (type === 'picklist' || type === 'literal') return `${name} is ${received} instead of ${expected}`;
  const wanted = expected.split(' | ').map((word) => WORDS.get(word) ?? word);
  return `${name} is ${WORDS.get(received) ?? received} where ${wanted.join(' or ')} belongs`;
}
