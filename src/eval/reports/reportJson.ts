import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { readText } from '../../files/files.ts';
import { finite, parseJson } from '../../files/json.ts';

const seed = v.union([finite, v.string(), v.null()]);
export const MANIFEST = v.looseObject({
  command: v.string(),
  options: v.record(v.string(), v.unknown()),
  seed: v.optional(v.union([seed, v.array(seed), v.record(v.string(), seed)])),
  versions: v.record(v.string(), v.string()),
  data: v.record(v.string(), v.unknown()),
  models: v.record(v.string(), v.unknown()),
});

/** The origin of the predictions: everything needed to make them again. */
export interface Manifest {
  command: string;
  options: Record<string, unknown>;
  seed?: unknown;
  /** Versions of node, this package and the packages that compute. */
  versions: Record<string, string>;
  /** Hashes of the data. */
  data: Record<string, unknown>;
  /** Hashes and origins of the models. */
  models: Record<string, unknown>;
  [more: string]: unknown;
}

/** A text file of a report folder. @throws {SerError} `table` if it is missing or cannot be read */
export function readReportText(dir: string, name: string): string {
  const path = join(dir, name);
  if (existsSync(path)) return readText(path, 'table');
  throw new SerError('table', `${dir} is not a report folder: it has no ${name}. \`ser eval\` writes one.`);
}

/** A JSON file of a report folder, of a known shape. @throws {SerError} `table` if it is missing or damaged */
export function readReportJson<Schema extends v.GenericSchema>(
  dir: string,
  name: string,
  schema: Schema,
): v.InferOutput<Schema> {
  return parseJson(readReportText(dir, name), schema, join(dir, name), 'table');
}
