import { cellNumber, parseCsv, toCsv } from '../../files/csv.ts';
import { type Clip, readGender } from '../../data/clip.ts';
import { isTemperature, TEMPERATURE_RULE } from '../../data/temperature.ts';
import { SerError } from '../../error.ts';
import { checkPredictions, type Prediction, type Predictions } from './predictions.ts';
import { mostProbable } from './routing.ts';

/** The prediction of a model for a clip that it was not trained on. */
export interface ModelPrediction extends Prediction {
  /** The fold whose test clip it is. */
  fold: string;
  /** Temperature of that fold's model, fitted on its validation clips. 1: not calibrated. */
  temperature: number;
}

/**
 * Predictions of one kind of model for all test clips with one seed: in a cross-validation out of fold, each clip by the model that was trained
 * without its fold.
 */
export interface ModelPredictions extends Predictions {
  /** `male`, `female` (each for clips of both genders), `pooled` …; the name of a condition; `given` for external predictions. */
  model: string;
  /** null if unknown. */
  seed: number | null;
  rows: ModelPrediction[];
  /** Predictions for each fold's validation clips: for thresholds, which must not be chosen on test clips. */
  validation: ModelPrediction[];
}

const SETS = ['test', 'validation'] as const;

/** Followed by one column of probabilities per label, named after it. */
const COLUMNS = ['model', 'seed', 'fold', 'set', 'temperature', 'id', 'speaker', 'gender', 'label'] as const;

/** One line per prediction: all figures of a report can be made from these again, without any model. Reading restores the values exactly. */
export function modelPredictionsToCsv(models: readonly ModelPredictions[]): string {
  const lines = models.flatMap(({ model, seed, rows, validation }) =>
    SETS.flatMap((set) =>
      (set === 'test' ? rows : validation).map(({ fold, temperature, id, speaker, gender, label, probabilities }) => [
        ...[model, seed ?? '', fold, set, temperature, id, speaker, gender ?? '', label],
        ...probabilities,
      ]),
    ),
  );
  return toCsv([[...COLUMNS, ...models[0].labels], ...lines]);
}

/** Whether a table contains predictions in this form, rather than another toolkit's. */
export function isModelPredictionsCsv(text: string): boolean {
  return text.startsWith(`${COLUMNS.join(',')},`);
}

/**
 * Reads the output of `modelPredictionsToCsv`.
 * @param protocol  of the models, which the file does not contain
 * @returns one entry per model and seed, all of the same clips in the same order
 * @throws {SerError} `table`, with the line, for a damaged file; also all of `alignModels`
 */
export function parseModelPredictionsCsv(
  text: string,
  protocol: string,
  origin = 'the predictions',
): ModelPredictions[] {
  const [header = [], ...lines] = parseCsv(text, origin);
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (COLUMNS.some((column, i) => header[i] !== column)) {
    refuse(`the header must begin with ${COLUMNS.join(',')} and go on with the labels; it is ${header.join(',')}.`);
  }
  const labels = header.slice(COLUMNS.length);
  const models = new Map<string, ModelPredictions>();
  lines.forEach((cells, i) => {
    const row = `row ${i + 1} (clip ${cells[COLUMNS.indexOf('id')]})`;
    if (cells.length !== header.length) refuse(`${row} has ${cells.length} fields; the header has ${header.length}.`);
    const [model, seed, fold, set, temperature, id, speaker, voice, label, ...values] = cells;
    const gender = readGender(voice);
    if (gender === undefined) return refuse(`${row} has the gender "${voice}"; it must be male or female, or empty.`);
    const [divisor, ...probabilities] = [temperature, ...values].map((value) => {
      const number = cellNumber(value);
      return Number.isNaN(number) ? refuse(`${row} has "${value}" where a number must stand.`) : number;
    });
    if (!isTemperature(divisor)) refuse(`${row} has the temperature ${temperature}; it ${TEMPERATURE_RULE}.`);
    if (seed !== '' && Number.isNaN(cellNumber(seed))) refuse(`${row} has the seed "${seed}"; it must be a number.`);
    const key = `${model} ${seed}`;
    const known = models.get(key) ?? { protocol, labels, model, seed: seed === '' ? null : Number(seed), rows: [], validation: [] }; // prettier-ignore
    models.set(key, known);
    const prediction: ModelPrediction = {
      ...{ id, speaker, gender, label },
      ...mostProbable(probabilities, labels),
      ...{ fold, temperature: divisor },
    };
    if (set === 'test') known.rows.push(prediction);
    else if (set === 'validation') known.validation.push(prediction);
    else refuse(`${row} is of the set "${set}"; there are ${SETS.join(' and ')}.`);
  });
  return alignModels([...models.values()], origin);
}

/**
 * Checks that predictions are consistent, and brings those of all models into the order of the first.
 * @throws {SerError} `table` as `checkPredictions`, and if models have different clips or contradict each other about one
 */
export function alignModels(models: readonly ModelPredictions[], origin = 'the predictions'): ModelPredictions[] {
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (models.length === 0) refuse('there is no clip to score.');
  for (const { model, seed, validation, ...one } of models) {
    const name = models.length > 1 ? `${origin}, ${model}, seed ${seed}` : origin;
    checkPredictions(one, name);
    for (const fold of new Set(validation.map((row) => row.fold))) {
      const rows = validation.filter((row) => row.fold === fold);
      checkPredictions({ ...one, rows }, `${name}, validation clips of ${fold}`);
    }
  }
  return models.map((one) => inOrderOf(models[0], one, refuse));
}

/** A model's predictions in the order of the first's, if they are of the same clips. */
function inOrderOf(
  first: ModelPredictions,
  one: ModelPredictions,
  refuse: (message: string) => never,
): ModelPredictions {
  const name = `${one.model}, seed ${one.seed}`;
  if (one.protocol !== first.protocol || one.labels.join() !== first.labels.join()) {
    refuse(`${name} has another protocol or other labels than ${first.model}.`);
  }
  const byId = new Map(one.rows.map((row) => [row.id, row]));
  const rows = first.rows.map((expected) => {
    const row = byId.get(expected.id) ?? refuse(`${name} has no prediction for the test clip ${expected.id}.`);
    const other = differenceOf(row, expected);
    return other ? refuse(`${row.id} has the ${other} ${row[other]} in ${name}, but ${expected[other]} before.`) : row;
  });
  if (rows.length === one.rows.length) return { ...one, rows };
  return refuse(`${name} has ${one.rows.length} test clips; ${first.model} has ${rows.length}.`);
}

/**
 * Checks predictions from a file against their clips.
 * @param folds  with the test clips of the protocol
 * @throws {SerError} `protocol` for a clip that is missing or not one of the protocol's, or that the file describes differently from the corpus
 */
export function checkAgainstCorpus(
  { protocol, rows }: ModelPredictions,
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
    const predicted = new Set(rows.map((row) => row.id));
    const missing = [...clips.keys()].find((id) => !predicted.has(id))!;
    refuse(`${clips.size - rows.length} of the ${clips.size} test clips of ${protocol} have no prediction, such as ${missing}.`); // prettier-ignore
  }
}

type ClipFacts = Pick<ModelPrediction, 'fold' | 'label' | 'speaker' | 'gender'>;

/** The first difference in the description of a clip. */
const differenceOf = (row: ClipFacts, expected: ClipFacts): keyof ClipFacts | undefined =>
  (['fold', 'label', 'speaker', 'gender'] as const).find((what) => row[what] !== expected[what]);
