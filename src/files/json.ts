import * as v from 'valibot';
import { SerError, type SerErrorCode } from '../error.ts';

/** A finite number. JSON knows no other, but reads 1e999 as infinity. */
export const finite = v.pipe(v.number(), v.finite('must be a finite number'));
/** A whole number from 0. */
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
 * @param origin  what to call it in messages
 * @throws {SerError} `code`, saying which part is not what it should be
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

/** Nesting of lists and objects: what is deeper could be read, but neither compared nor written again. */
const DEEPEST = 100;

/** `JSON.parse`, but for what is nested too deep. @throws {SyntaxError} */
export function parseShallow(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  let depth = 0;
  // Of sound JSON: strings with their escapes, and brackets.
  for (const [part] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g)) {
    if (part === '[' || part === '{') depth++;
    else if (part === ']' || part === '}') depth--;
    if (depth > DEEPEST) throw new SyntaxError(`it is nested more than ${DEEPEST} deep`);
  }
  return value;
}

/** `parseJson` on what is parsed already: of the value, what the schema knows. @throws {SerError} likewise */
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

/** As `checkShape`, where what has another shape is as good as nothing. */
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
