import { cellNumber, parseCsv, toCsv } from '../../files/csv.ts';
import { SerError } from '../../error.ts';
import type { Prediction } from './predictions.ts';
import type { MaleProbability } from './routing.ts';

const COLUMNS = ['id', 'male_probability'] as const;

/** The probabilities of clips' voices being male, as a table. */
export function voicesToCsv(maleProbability: MaleProbability, clips: readonly Pick<Prediction, 'id'>[]): string {
  return toCsv([COLUMNS, ...clips.map(({ id }) => [id, maleProbability[id]])]);
}

/** Reads the output of `voicesToCsv`. @throws {SerError} `table`, with the row, for a table of another kind or an invalid probability */
export function parseVoicesCsv(text: string, origin: string): MaleProbability {
  const [header = [], ...rows] = parseCsv(text, origin);
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (header.join() !== COLUMNS.join()) refuse(`its header must be ${COLUMNS.join()}; it is ${header.join()}.`);
  return Object.fromEntries(
    rows.map(([id, cell = ''], i) => {
      const probability = cellNumber(cell);
      if (probability >= 0 && probability <= 1) return [id, probability];
      return refuse(`row ${i + 1} (clip ${id}) has "${cell}" as a probability.`);
    }),
  );
}
