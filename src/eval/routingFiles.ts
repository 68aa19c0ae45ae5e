import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCsv, toCsv } from '../csv.ts';
import { SerError } from '../error.ts';
import { predictionsToCsv, readPredictionsCsv } from './predictionsCsv.ts';
import type { RoutingInput } from './routing.ts';

const MODELS = ['male', 'female', 'pooled'] as const;
const VOICES = 'routing/voices.csv';
const fileOf = (model: (typeof MODELS)[number]): string => `routing/${model}-model.csv`;

/** What a report folder keeps of the routing: what each model says of every clip, and the gender's probabilities. */
export function routingFiles({ answers, maleProbability }: RoutingInput): Map<string, string> {
  const voices = answers.male.rows.map(({ id }) => [id, maleProbability[id]]);
  const files = new Map([[VOICES, toCsv([['id', 'male_probability'], ...voices])]]);
  for (const model of MODELS) {
    const predictions = answers[model];
    if (predictions) files.set(fileOf(model), predictionsToCsv(predictions));
  }
  return files;
}

/**
 * Reads back what `routingFiles` wrote.
 * @throws {SerError} `table` for files that are missing or damaged
 */
export function readRoutingFiles(dir: string, protocol: string, posteriors: string): RoutingInput {
  const path = join(dir, VOICES);
  if (!existsSync(path)) throw new SerError('table', `${dir} lacks ${VOICES}: evaluate again.`);
  const [, ...rows] = parseCsv(readFileSync(path, 'utf8'), path);
  const read = (model: (typeof MODELS)[number]) => readPredictionsCsv(join(dir, fileOf(model)), protocol);
  const pooled = existsSync(join(dir, fileOf('pooled'))) ? { pooled: read('pooled') } : {};
  return {
    answers: { male: read('male'), female: read('female'), ...pooled },
    maleProbability: Object.fromEntries(rows.map(([id, probability]) => [id, Number(probability)])),
    posteriors,
  };
}
