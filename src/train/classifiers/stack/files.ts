import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { isTemperature, TEMPERATURE_RULE } from '../../../data/temperature.ts';
import { finite, parseJson } from '../../../files/json.ts';
import type { Scaler } from '../../bundle/scaler.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifier.ts';
import type { Combination } from './combine.ts';

const FILE = 'stack.json';

const HEADER = v.object({
  members: v.pipe(
    v.array(
      v.object({
        classifier: v.string(),
        temperature: v.pipe(finite, v.check(isTemperature, TEMPERATURE_RULE)),
      }),
    ),
    v.minLength(2, 'must name two members or more'),
  ),
  combination: v.variant('kind', [
    v.object({ kind: v.picklist(['probability', 'logarithm']) }),
    v.object({ kind: v.literal('regression'), weights: v.array(finite) }),
  ]),
  /** Of means and deviations over time, if a member takes these in the place of frames. */
  scaler: v.optional(
    v.object({ mean: v.array(finite), scale: v.array(v.pipe(finite, v.gtValue(0, 'must be above 0'))) }),
  ),
});

/** A stack without its members' models. */
export interface StackHeader {
  members: { classifier: string; temperature: number }[];
  combination: Combination;
  scaler?: Scaler;
}

/** Prefix of the names of a member's files. */
const prefixOf = (member: number): string => `${member + 1}-`;

/** The files of a stack: a header, and those of its members, with a member's number before their names. */
export function writeStack(
  header: StackHeader,
  members: readonly ReadonlyMap<string, string | Uint8Array>[],
): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>([[FILE, JSON.stringify(header, null, 2) + '\n']]);
  members.forEach((own, i) => own.forEach((content, name) => files.set(`${prefixOf(i)}${name}`, content)));
  return files;
}

/**
 * Reads the header of a stack, and the files of each member. Runs in Node, Deno and the browser.
 * @throws {SerError} `model` if the header is missing or damaged, or of another shape
 */
export function readStack(
  files: ModelFiles,
  { level, features, classes }: Shape,
): StackHeader & { files: ModelFiles[] } {
  const { name, bytes } = fileOf(files, FILE);
  const header = parseJson(new TextDecoder().decode(bytes), HEADER, name, 'model');
  const { members, combination, scaler } = header;
  const refuse = (message: string): SerError => new SerError('model', `${name}: ${message}`);
  const inputs = members.length * classes + 1;
  if (combination.kind === 'regression' && combination.weights.length !== classes * inputs) {
    throw refuse(
      `it has ${combination.weights.length} weights, but ${members.length} members of ${classes} classes make ${classes * inputs}.`,
    );
  }
  const size = level === 'frames' ? 2 * features : 0;
  if (scaler && (scaler.mean.length !== size || scaler.scale.length !== size)) {
    throw refuse(`its scaler is of ${scaler.mean.length} means and ${scaler.scale.length} scales instead of ${size}.`);
  }
  const own = members.map((_, i): ModelFiles => {
    const prefix = prefixOf(i);
    const content = new Map(
      Array.from(files.content).flatMap(([file, part]) =>
        file.startsWith(prefix) ? [[file.slice(prefix.length), part]] : [],
      ),
    );
    return { dir: `${files.dir}, member ${i + 1}`, content };
  });
  return { ...header, files: own };
}
