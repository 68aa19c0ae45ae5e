import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { readText } from '../../files/files.ts';
import { count, finite, parseJson } from '../../files/json.ts';

const shared = v.object({ test: count, shared: count });
const seed = v.union([finite, v.string(), v.null()]);

/** What every report.json says beside its figures, which are made again and not read. */
export const REPORT_HEAD = v.object({
  protocol: v.string(),
  description: v.string(),
  overlap: v.object({ speakers: shared, sentences: shared, recordings: shared }),
  notes: v.array(v.string()),
  interval: v.object({ resamples: count, seed: finite, level: finite }),
});

export const MANIFEST = v.looseObject({
  command: v.string(),
  options: v.record(v.string(), v.unknown()),
  seed: v.optional(v.union([seed, v.array(seed), v.record(v.string(), seed)])),
  versions: v.record(v.string(), v.string()),
  data: v.record(v.string(), v.unknown()),
  models: v.record(v.string(), v.unknown()),
});

/** A text file of a report folder. @throws {SerError} `table` if it is missing or cannot be read */
export function readReportText(dir: string, name: string): string {
  const path = join(dir, name);
  if (!existsSync(path)) throw new SerError('table', `${dir} is no report folder: it has no ${name}.`);
  return readText(path, 'table');
}

/** A JSON file of a report folder, of a known shape. @throws {SerError} `table` if it is missing or damaged */
export function readReportJson<Schema extends v.GenericSchema>(
  dir: string,
  name: string,
  schema: Schema,
): v.InferOutput<Schema> {
  return parseJson(readReportText(dir, name), schema, join(dir, name), 'table');
}
