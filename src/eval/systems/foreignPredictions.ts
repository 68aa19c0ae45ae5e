import { cellNumber, parseCsv } from '../../files/csv.ts';
import { withoutAudioExtension } from '../../data/audio/formats.ts';
import { labelOf } from '../../data/labels/emotionWords.ts';
import type { Clip } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import type { ModelPrediction, ModelPredictions } from './modelPredictions.ts';
import { sum } from '../statistics/mean.ts';
import { checkPredictions } from './predictions.ts';
import { argmax } from '../../argmax.ts';

/** Lower-case headers that other programs use for a clip, its predicted label, and its true label: the first one present counts. */
const ID_NAMES = ['id', 'clip', 'clip id', 'clip_id', 'file', 'filename', 'path'];
const PREDICTED_NAMES = ['predicted', 'prediction', 'predicted emotion', 'emotion', 'label'];
const TRUTH_NAMES = ['label', 'truth', 'true', 'emotion'];

/** Tolerance of a clip's sum of probabilities, each rounded to two digits. They are divided by their sum. */
const sumTolerance = (labels: number): number => 0.005 * labels + 1e-9;
/** Amount by which a probability is raised if it ties for the first place and its label is given as the predicted one. */
const TIE = 1e-4;

export interface ForeignOptions {
  protocol: string;
  labels: readonly string[];
  /** The folds with their test clips: each clip must occur once, and no other. */
  folds: readonly { name: string; test: readonly Clip[] }[];
}

/**
 * Predictions of any toolkit as CSV: a column with the clip's id or file name, and one with the predicted label or one of
 * probabilities for each label, or both. Truth, speaker and gender come from the corpus; a truth in the table must agree.
 * @returns without probabilities, the predicted label has 1
 * @throws {SerError} `table` for an incomplete table, naming the row, `protocol` for other clips than those tested
 */
export function parseForeignCsv(
  text: string,
  { protocol, labels, folds }: ForeignOptions,
  origin: string,
): ModelPredictions {
  const [header = [], ...lines] = parseCsv(text, origin);
  const refuse = (message: string, code: 'table' | 'protocol' = 'table'): never => {
    throw new SerError(code, `${origin}: ${message}`);
  };
  const names = header.map((name) => name.trim().toLowerCase());
  if (header.length === 0) refuse('the file is empty.');
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) refuse(`the column "${twice}" occurs twice.`);
  const columnOf = (wanted: readonly string[]): number => names.indexOf(wanted.find((name) => names.includes(name)) ?? '\n'); // prettier-ignore
  const idColumn = columnOf(ID_NAMES);
  if (idColumn < 0) {
    refuse(
      `there is no column of clips; call it ${ID_NAMES.join(', ')}. The header is "${header.join(',')}"; columns are parted by commas.`,
    );
  }
  const probabilityColumns = labels.map((label) => names.indexOf(label));
  const lacking = labels.filter((_, i) => probabilityColumns[i] < 0);
  const labelsOnly = lacking.length === labels.length;
  if (lacking.length > 0 && !labelsOnly) {
    refuse(`there are probabilities of ${labels.length - lacking.length} labels; those of ${lacking.join(', ')} are missing.`); // prettier-ignore
  }
  const tested = folds.flatMap(({ name, test }) => test.map((clip) => ({ clip, fold: name })));
  const clips = new Map(tested.map((one) => [one.clip.id, one]));
  const clipOf = (cells: readonly string[]) => {
    const named = clipNames(cells[idColumn] ?? '');
    const id = named.find((name) => clips.has(name)) ?? named.at(-1)!;
    return { id, test: clips.get(id) };
  };
  let predictedColumn = columnOf(PREDICTED_NAMES);
  // Next to probabilities, "label" or "emotion" is the truth if it is right for every clip: the prediction is in the probabilities.
  const isTruth = (cells: readonly string[]): boolean => {
    const { test } = clipOf(cells);
    return !test || labelOf(cells[predictedColumn] ?? '') === test.clip.emotion;
  };
  if (!labelsOnly && TRUTH_NAMES.includes(names[predictedColumn]) && lines.every(isTruth)) predictedColumn = -1;
  const truthColumns = TRUTH_NAMES.map((name) => names.indexOf(name)).filter((column) => column >= 0 && column !== predictedColumn); // prettier-ignore
  if (labelsOnly && predictedColumn < 0) {
    refuse(`there is neither a column of predicted labels (${PREDICTED_NAMES.join(', ')}) nor one of probabilities for each label.`); // prettier-ignore
  }

  const found = new Map<string, ModelPrediction>();
  const strangers: string[] = [];
  lines.forEach((cells, i) => {
    const { id, test } = clipOf(cells);
    const row = `row ${i + 1} (clip ${id})`;
    if (cells.length !== header.length) refuse(`${row} has ${cells.length} fields; the header has ${header.length}.`);
    if (!test) return void strangers.push(id);
    if (found.has(id)) refuse(`${row} occurs twice; a clip counts once.`);
    const { speaker, gender, emotion: label } = test.clip;
    for (const column of truthColumns) {
      if (labelOf(cells[column]) !== label) refuse(`${row} has the ${names[column]} "${cells[column]}"; the clip is ${label}.`); // prettier-ignore
    }
    const said = predictedColumn < 0 ? undefined : labelOf(cells[predictedColumn]);
    if (said !== undefined && !labels.includes(said)) refuse(`${row} predicts "${said}"; the labels are ${labels.join(', ')}.`); // prettier-ignore
    const given = labelsOnly
      ? labels.map((one) => Number(one === said))
      : probabilityColumns.map((column, k) => {
          const number = cellNumber(cells[column]);
          return number >= 0 && number <= 1 ? number : refuse(`${row} has "${cells[column]}" as the probability of ${labels[k]}: give a number from 0 to 1.`); // prettier-ignore
        });
    const total = sum(given);
    if (!(Math.abs(total - 1) <= sumTolerance(labels.length))) refuse(`the probabilities of ${row} sum to ${total}, not to 1.`); // prettier-ignore
    const probabilities = whole(preferring(said, given, labels));
    const predicted = labels[argmax(probabilities)];
    if (said !== undefined && said !== predicted) refuse(`${row} predicts ${said}, but ${predicted} is more probable.`);
    found.set(id, { id, speaker, gender, label, predicted, probabilities, fold: test.fold, temperature: 1 });
  });
  const missing = tested.filter(({ clip }) => !found.has(clip.id));
  if (missing.length > 0) {
    refuse(`${missing.length} of the ${tested.length} test clips of ${protocol} have no prediction, such as ${missing[0].clip.id}: add them, or choose the protocol that they were made for.`, 'protocol'); // prettier-ignore
  }
  if (strangers.length > 0) {
    refuse(`${strangers.length} of the rows are of no test clip of ${protocol}, such as ${strangers[0]}: leave them out.`, 'protocol'); // prettier-ignore
  }
  const rows = tested.map(({ clip }) => found.get(clip.id)!);
  checkPredictions({ protocol, labels, rows }, origin);
  return { protocol, labels, model: 'given', seed: null, rows, validation: [] };
}

const whole = (values: readonly number[]): number[] => {
  const total = sum(values);
  return values.map((value) => value / total);
};

/** Rounded probabilities may tie for the first place: then the label given as predicted wins. */
function preferring(said: string | undefined, values: readonly number[], labels: readonly string[]): readonly number[] {
  const top = Math.max(...values);
  const isTied = values.filter((value) => value === top).length > 1;
  return isTied ? values.map((value, k) => (labels[k] === said && value === top ? value * (1 + TIE) : value)) : values;
}

/** Possible clip ids for a name in a table: as it is, without its extension, or without its folders too. */
function clipNames(text: string): string[] {
  const name = text.trim().replaceAll('\\', '/');
  const stem = withoutAudioExtension(name);
  return [name, stem, stem.split('/').at(-1)!];
}
