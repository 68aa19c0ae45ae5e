import { GENDERS, readGender } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { readText } from '../../files/files.ts';
import { cellNumber, parseCsv, toCsv } from '../../files/csv.ts';
import { checkPredictions, type Prediction, type Predictions } from './predictions.ts';

/** Then follows one column of probabilities a label, named by it. */
const COLUMNS = ['id', 'speaker', 'gender', 'label', 'predicted'] as const;

/** One line a clip, at full precision: what is read back is what was written. */
export function predictionsToCsv({ labels, rows }: Predictions): string {
  const lines = rows.map((row) => [...COLUMNS.map((column) => row[column] ?? ''), ...row.probabilities]);
  return toCsv([[...COLUMNS, ...labels], ...lines]);
}

/**
 * Reads what `predictionsToCsv` wrote, or another program in that form.
 * @param protocol  what the predictions were made under; the file doesn't say
 * @throws {SerError} `table` for a file that is missing or not whole, with the line; also all of `checkPredictions`
 */
export function readPredictionsCsv(path: string, protocol: string): Predictions {
  return parsePredictionsCsv(readText(path, 'table'), protocol, path);
}

/** `readPredictionsCsv` on the text; `origin` names it in messages. */
export function parsePredictionsCsv(text: string, protocol: string, origin = 'the predictions'): Predictions {
  const [header = [], ...lines] = parseCsv(text, origin);
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (COLUMNS.some((column, i) => header[i] !== column)) {
    refuse(`the header must begin with ${COLUMNS.join(',')} and go on with the labels; it is ${header.join(',')}`);
  }
  const labels = header.slice(COLUMNS.length);
  const rows = lines.map((cells, i): Prediction => {
    const row = `row ${i + 1} (clip ${cells[0]})`;
    if (cells.length !== header.length) refuse(`${row} has ${cells.length} fields; the header has ${header.length}.`);
    const [id, speaker, voice, label, predicted, ...values] = cells;
    const gender = readGender(voice);
    if (gender === undefined) return refuse(`${row} has the gender "${voice}"; it must be ${GENDERS.join(' or ')}, or empty.`); // prettier-ignore
    const probabilities = values.map((value, column) => {
      const number = cellNumber(value);
      return Number.isNaN(number) ? refuse(`${row} has "${value}" as the probability of ${labels[column]}.`) : number;
    });
    return { id, speaker, gender, label, predicted, probabilities };
  });
  const predictions = { protocol, labels, rows };
  checkPredictions(predictions, origin);
  return predictions;
}
