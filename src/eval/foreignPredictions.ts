import { parseCsv } from '../csv.ts';
import { type Clip, EMOTIONS } from '../data/clip.ts';
import { SerError } from '../error.ts';
import { checkPredictions, type Prediction, type Predictions } from './predictions.ts';

/** Headers, in small letters, under which other programs name a clip, and what they predict. */
const ID_NAMES = ['id', 'clip', 'file', 'filename', 'path'];
const PREDICTED_NAMES = ['predicted', 'prediction', 'predicted emotion', 'emotion'];
const TRUTH = 'label';

export interface ForeignPredictions extends Predictions {
  /** The table has no probabilities: the predicted label has 1, and nothing can be said of their calibration. */
  labelsOnly: boolean;
}

/**
 * Predictions of any toolkit as CSV: a column with the clip's id or file name, and one with the predicted label or one of
 * probabilities for each emotion, or both. Truth, speaker and gender come from the corpus; a truth in the table must agree.
 * @param tested  the test clips of the protocol: each must be there once, and no other
 * @throws {SerError} `table` for a table that is not whole, naming the row, `protocol` for other clips than those tested
 */
export function parseForeignCsv(
  text: string,
  tested: readonly Clip[],
  protocol: string,
  origin: string,
): ForeignPredictions {
  const [header = [], ...lines] = parseCsv(text, origin);
  const refuse = (message: string, code: 'table' | 'protocol' = 'table'): never => {
    throw new SerError(code, `${origin}: ${message}`);
  };
  const names = header.map((name) => name.trim().toLowerCase());
  const columnOf = (wanted: readonly string[]): number => names.findIndex((name) => wanted.includes(name));
  const idColumn = columnOf(ID_NAMES);
  const truthColumn = columnOf([TRUTH]);
  const probabilityColumns = EMOTIONS.map((emotion) => names.indexOf(emotion));
  const given = probabilityColumns.filter((column) => column >= 0).length;
  const labelsOnly = given === 0;
  // A column "label" beside no other prediction is what is predicted.
  let predictedColumn = columnOf(PREDICTED_NAMES);
  if (predictedColumn < 0 && labelsOnly) predictedColumn = truthColumn;
  const hasTruth = truthColumn >= 0 && truthColumn !== predictedColumn;
  if (idColumn < 0)
    refuse(`there is no column of clips; call it ${ID_NAMES.join(', ')}. The header is ${header.join(',')}.`);
  if (given > 0 && given < EMOTIONS.length) {
    const missing = EMOTIONS.filter((_, i) => probabilityColumns[i] < 0);
    refuse(`there are probabilities of ${given} emotions; those of ${missing.join(', ')} are missing.`);
  }
  if (labelsOnly && predictedColumn < 0) {
    refuse(
      `there is neither a column of predicted labels (${PREDICTED_NAMES.join(', ')}) nor one of probabilities for each emotion.`,
    );
  }

  const clips = new Map(tested.map((clip) => [clip.id, clip]));
  const found = new Map<string, Prediction>();
  const strangers: string[] = [];
  lines.forEach((cells, i) => {
    const id = clipIdOf(cells[idColumn]);
    const row = `row ${i + 1} (clip ${id})`;
    if (cells.length !== header.length) refuse(`${row} has ${cells.length} fields; the header has ${header.length}.`);
    const clip = clips.get(id);
    if (!clip) return void strangers.push(id);
    if (found.has(id)) refuse(`${row} stands there twice; a clip counts once.`);
    const { speaker, gender, emotion: label } = clip;
    if (hasTruth && emotionOf(cells[truthColumn]) !== label) refuse(`${row} has the label "${cells[truthColumn]}"; the clip is ${label}.`); // prettier-ignore
    const said = predictedColumn < 0 ? undefined : emotionOf(cells[predictedColumn]);
    if (said !== undefined && !EMOTIONS.some((one) => one === said)) refuse(`${row} predicts "${said}"; the labels are ${EMOTIONS.join(', ')}.`); // prettier-ignore
    const probabilities = labelsOnly
      ? EMOTIONS.map((emotion) => Number(emotion === said))
      : probabilityColumns.map((column, k) => {
          const value = cells[column].trim();
          const number = value === '' ? NaN : Number(value);
          return Number.isNaN(number) ? refuse(`${row} has "${value}" as the probability of ${EMOTIONS[k]}.`) : number;
        });
    const predicted = said ?? EMOTIONS[probabilities.indexOf(Math.max(...probabilities))];
    found.set(id, { id, speaker, gender, label, predicted, probabilities });
  });
  const missing = tested.filter((clip) => !found.has(clip.id));
  if (missing.length > 0) {
    refuse(
      `${missing.length} of the ${tested.length} test clips of ${protocol} have no prediction, such as ${missing[0].id}.`,
      'protocol',
    );
  }
  if (strangers.length > 0) {
    refuse(
      `${strangers.length} clips are no test clips of ${protocol}, such as ${strangers[0]}: leave them out.`,
      'protocol',
    );
  }
  const predictions = { protocol, labels: EMOTIONS, rows: tested.map((clip) => found.get(clip.id)!) };
  checkPredictions(predictions, origin);
  return { ...predictions, labelsOnly };
}

/** Without folders and the extension. */
const clipIdOf = (name: string): string =>
  name
    .trim()
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.(wav|flac|mp3|ogg)$/i, '');

/** As we write it: RAVDESS's own spelling has capitals, and some call the last two otherwise. */
function emotionOf(text: string): string {
  const word = text.trim().toLowerCase();
  return { fear: 'fearful', surprise: 'surprised', anger: 'angry', happiness: 'happy', sadness: 'sad' }[word] ?? word;
}
