import { cellNumber, parseCsv, toCsv } from '../../files/csv.ts';
import { type Clip, readGender } from '../../data/clip.ts';
import { isTemperature, TEMPERATURE_RULE } from '../../data/temperature.ts';
import { SerError } from '../../error.ts';
import { checkPredictions, type Prediction, type Predictions } from './predictions.ts';
import { argmax } from '../../argmax.ts';

/** A test clip, and what a model says of it that was trained without it. */
export interface Answer extends Prediction {
  /** Whose test clip it is. */
  fold: string;
  /** By which the logits of that fold's model were divided: fitted on its validation clips. */
  temperature: number;
}

/** What one kind of model, trained on every fold with one seed, says of all test clips. */
export interface Answers extends Predictions {
  /** Such as `male`, which also answers for women's clips, or `pooled`; `given` for what was predicted elsewhere. */
  model: string;
  /** null where it is not known. */
  seed: number | null;
  rows: Answer[];
  /** What each fold's model said of the clips that steered it: for thresholds, which no test clip may choose. */
  validation: Answer[];
}

const SETS = ['test', 'validation'] as const;

/** Then follows one column of probabilities a label, named by it. */
const COLUMNS = ['model', 'seed', 'fold', 'set', 'temperature', 'id', 'speaker', 'gender', 'label'] as const;
/** Significant digits of a probability: more than any figure made of them shows. */
const DIGITS = 5;

/** One line for each answer: what all figures of a cross-validation can be made of again, without training. */
export function answersToCsv(sheets: readonly Answers[]): string {
  const lines = sheets.flatMap(({ model, seed, rows, validation }) =>
    SETS.flatMap((set) => {
      const answers = set === 'test' ? rows : validation;
      return answers.map(({ fold, temperature, id, speaker, gender, label, probabilities }) => [
        ...[model, seed ?? '', fold, set, rounded(temperature), id, speaker, gender ?? '', label],
        ...probabilities.map(rounded),
      ]);
    }),
  );
  return toCsv([[...COLUMNS, ...sheets[0].labels], ...lines]);
}

const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

/** Whether a table is one of answers, rather than of one system's predictions. */
export function isAnswersCsv(text: string): boolean {
  return text.startsWith(`${COLUMNS.join(',')},`);
}

/**
 * Reads what `answersToCsv` wrote.
 * @param protocol  what the models were trained under; the file doesn't say
 * @returns one sheet per model and seed, all of the same clips in the same order
 * @throws {SerError} `table` for a file that is damaged, with the line, or whose sheets are not of the same clips; also all of `checkPredictions`
 */
export function parseAnswersCsv(text: string, protocol: string, origin = 'the answers'): Answers[] {
  const [header = [], ...lines] = parseCsv(text, origin);
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (COLUMNS.some((column, i) => header[i] !== column)) {
    refuse(`the header must begin with ${COLUMNS.join(',')} and go on with the labels; it is ${header.join(',')}.`);
  }
  const labels = header.slice(COLUMNS.length);
  const sheets = new Map<string, Answers>();
  lines.forEach((cells, i) => {
    const row = `row ${i + 1} (clip ${cells[COLUMNS.indexOf('id')]})`;
    if (cells.length !== header.length) refuse(`${row} has ${cells.length} fields; the header has ${header.length}.`);
    const [model, seed, fold, set, temperature, id, speaker, voice, label, ...values] = cells;
    const gender = readGender(voice);
    if (gender === undefined) return refuse(`${row} has the gender "${voice}".`);
    const [divisor, ...probabilities] = [temperature, ...values].map((value) => {
      const number = cellNumber(value);
      return Number.isNaN(number) ? refuse(`${row} has "${value}" where a number must stand.`) : number;
    });
    if (!isTemperature(divisor)) refuse(`${row} has the temperature ${temperature}; it ${TEMPERATURE_RULE}.`);
    if (seed !== '' && Number.isNaN(cellNumber(seed))) refuse(`${row} has the seed "${seed}"; it must be a number.`);
    const key = `${model} ${seed}`;
    const sheet = sheets.get(key) ?? {
      protocol,
      labels,
      model,
      seed: seed === '' ? null : Number(seed),
      rows: [],
      validation: [],
    };
    sheets.set(key, sheet);
    const predicted = labels[argmax(probabilities)];
    const answer = {
      id,
      speaker,
      gender,
      label,
      predicted,
      probabilities,
      fold,
      temperature: divisor,
    };
    if (set === 'test') sheet.rows.push(answer);
    else if (set === 'validation') sheet.validation.push(answer);
    else refuse(`${row} is of the set "${set}"; there are ${SETS.join(' and ')}.`);
  });
  const all = [...sheets.values()];
  if (all.length === 0) refuse('there is no clip to score.');
  for (const { model, seed, validation, ...sheet } of all) {
    const name = `${origin}, ${model}, seed ${seed}`;
    checkPredictions(sheet, name);
    for (const fold of new Set(validation.map((answer) => answer.fold))) {
      const rows = validation.filter((answer) => answer.fold === fold);
      checkPredictions({ ...sheet, rows }, `${name}, validation clips of ${fold}`);
    }
  }
  return all.map((sheet) => sameClips(sheet, all[0], refuse));
}

/**
 * Checks answers that were kept in a file against the clips that they are said to be of.
 * @param folds  with the test clips of the protocol
 * @throws {SerError} `protocol` for a clip that is missing or none of the protocol's, or of which the file says something else than the corpus
 */
export function checkAgainstCorpus(
  { protocol, rows }: Answers,
  folds: readonly { name: string; test: readonly Clip[] }[],
  origin: string,
): void {
  const refuse = (message: string): never => {
    throw new SerError('protocol', `${origin}: ${message}`);
  };
  const clips = new Map(folds.flatMap(({ name, test }) => test.map((clip) => [clip.id, { clip, fold: name }])));
  for (const row of rows) {
    const { clip, fold } = clips.get(row.id) ?? refuse(`${row.id} is no test clip of ${protocol}.`);
    const truth = { fold, label: clip.emotion, speaker: clip.speaker, gender: clip.gender };
    const other = differenceOf(row, truth);
    if (other) refuse(`${row.id} has the ${other} ${row[other]}; it is ${truth[other]}.`);
  }
  if (rows.length < clips.size) {
    const answered = new Set(rows.map((row) => row.id));
    const missing = [...clips.keys()].find((id) => !answered.has(id))!;
    refuse(`${clips.size - rows.length} of the ${clips.size} test clips of ${protocol} have no answer, such as ${missing}.`); // prettier-ignore
  }
}

type ClipFacts = Pick<Answer, 'fold' | 'label' | 'speaker' | 'gender'>;

/** The first thing that is said otherwise of a clip. */
const differenceOf = (row: ClipFacts, expected: ClipFacts): keyof ClipFacts | undefined =>
  (['fold', 'label', 'speaker', 'gender'] as const).find((what) => row[what] !== expected[what]);

/** The sheet in the order of the first, if it is of the same clips. */
function sameClips(sheet: Answers, first: Answers, refuse: (message: string) => never): Answers {
  const name = `${sheet.model}, seed ${sheet.seed}`;
  const byId = new Map(sheet.rows.map((row) => [row.id, row]));
  const rows = first.rows.map((expected) => {
    const row = byId.get(expected.id) ?? refuse(`${name} has no answer for the test clip ${expected.id}.`);
    const other = differenceOf(row, expected);
    return other ? refuse(`${row.id} has the ${other} ${row[other]} in ${name}, but ${expected[other]} before.`) : row;
  });
  if (rows.length === sheet.rows.length) return { ...sheet, rows };
  return refuse(`${name} has ${sheet.rows.length} test clips; the first sheet has ${rows.length}.`);
}
