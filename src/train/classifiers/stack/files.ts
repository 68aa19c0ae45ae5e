import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { isTemperature, TEMPERATURE_RULE } from '../../../data/temperature.ts';
import { count, finite, parseJson } from '../../../files/json.ts';
import type { Input } from '../../../features/inputs.ts';
import type { Scaler } from '../../bundle/scaler.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifier.ts';
import type { Combination } from './combine.ts';

const FILE = 'stack.json';

const SCALER = v.object({
  mean: v.array(finite),
  scale: v.array(v.pipe(finite, v.gtValue(0, 'must be above 0'))),
});

const HEADER = v.object({
  members: v.pipe(
    v.array(
      v.object({
        classifier: v.string(),
        temperature: v.pipe(finite, v.check(isTemperature, TEMPERATURE_RULE)),
        input: v.optional(count),
        scaler: v.optional(SCALER),
      }),
    ),
    v.minLength(2, 'must name two members or more'),
  ),
  combination: v.variant('kind', [
    v.object({ kind: v.picklist(['probability', 'logarithm']) }),
    v.object({ kind: v.literal('regression'), weights: v.array(finite) }),
  ]),
  /** Of means and deviations over time, if a member takes these in the place of frames. */
  scaler: v.optional(SCALER),
  /** Of members that take different ones. */
  inputs: v.optional(
    v.pipe(
      v.array(v.object({ level: v.picklist(['functionals', 'frames']), features: v.pipe(count, v.minValue(1)) })),
      v.minLength(1, 'must name one or more'),
    ),
  ),
});

/** A stack without its members' models. */
export interface StackHeader {
  members: {
    classifier: string;
    temperature: number;
    /** Index of its input, and the scaler of that: where members take different inputs. */
    input?: number;
    scaler?: Scaler;
  }[];
  combination: Combination;
  scaler?: Scaler;
  /** The inputs that each row holds (`unpackInputs`). */
  inputs?: Input[];
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
  const { members, combination, scaler, inputs } = header;
  const refuse = (message: string): SerError => new SerError('model', `${name}: ${message}`);
  const sums = members.length * classes + 1;
  if (combination.kind === 'regression' && combination.weights.length !== classes * sums) {
    throw refuse(
      `it has ${combination.weights.length} weights, but ${members.length} members of ${classes} classes make ${classes * sums}.`,
    );
  }
  if (inputs && (inputs.at(-1)!.level !== level || (level === 'frames' && inputs.at(-1)!.features !== features))) {
    throw refuse(`its last input is of ${inputs.at(-1)!.features} values, and a row of ${features}.`);
  }
  for (const [i, { input = -1, scaler }] of members.entries()) {
    const size = inputs?.[input]?.features;
    if (inputs && (size === undefined || scaler?.mean.length !== size || scaler.scale.length !== size)) {
      throw refuse(`member ${i + 1} has no scaler for an input of the ${inputs.length}.`);
    }
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
