import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cellNumber, parseCsv, toCsv } from '../../files/csv.ts';
import { SerError } from '../../error.ts';
import { predictionsToCsv, readPredictionsCsv } from './predictionsCsv.ts';
import { readReportText } from '../reports/reportFiles.ts';
import type { RoutingInput } from './routing.ts';

const MODELS = ['male', 'female', 'pooled'] as const;
const VOICES = 'routing/voices.csv';
const fileOf = (model: (typeof MODELS)[number]): string => `routing/${model}-model.csv`;

/** What a report folder keeps of the routing: what each model says of every clip, and the gender's probabilities. */
export function routingFiles({ answers, maleProbability }: RoutingInput): Map<string, string> {
  const voices = Object.fromEntries(answers.male.rows.map(({ id }) => [id, maleProbability[id]]));
  const files = new Map([[VOICES, voicesToCsv(voices)]]);
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
  const read = (model: (typeof MODELS)[number]) => readPredictionsCsv(join(dir, fileOf(model)), protocol);
  const pooled = existsSync(join(dir, fileOf('pooled'))) ? { pooled: read('pooled') } : {};
  return {
    answers: { male: read('male'), female: read('female'), ...pooled },
    maleProbability: parseVoicesCsv(readReportText(dir, VOICES), join(dir, VOICES)),
    posteriors,
  };
}

const VOICE_COLUMNS = ['id', 'male_probability'] as const;

/** The probability of each clip that its voice is male, as a table. */
export function voicesToCsv(maleProbability: RoutingInput['maleProbability']): string {
  return toCsv([VOICE_COLUMNS, ...Object.entries(maleProbability)]);
}

/** Reads what `voicesToCsv` wrote. @throws {SerError} `table` for a table of another kind, or a probability that is none, with the row */
export function parseVoicesCsv(text: string, origin: string): RoutingInput['maleProbability'] {
  const [header = [], ...rows] = parseCsv(text, origin);
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (header.join() !== VOICE_COLUMNS.join())
    refuse(`its header must be ${VOICE_COLUMNS.join()}; it is ${header.join()}.`);
  return Object.fromEntries(
    rows.map(([id, cell = ''], i) => {
      const probability = cellNumber(cell);
      if (probability >= 0 && probability <= 1) return [id, probability];
      return refuse(`row ${i + 1} (clip ${id}) has "${cell}" as a probability.`);
    }),
  );
}
