import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gender } from '../data/clip.ts';
import { getProtocol } from '../data/protocols.ts';
import { type FeatureTable, hashTable, selectRows, tableVector } from '../data/table.ts';
import { SerError } from '../error.ts';
import { writeFileAtomic, writeJson } from '../files.ts';
import { fitLogistic, type LogisticModel, logisticProbability } from './logistic.ts';
import { applyScaler, fitScaler, type Scaler } from './scaler.ts';

export const GENDER_MODEL_FILE = 'gender.json';

/** Tells male from female voices by a clip's feature vector: which of the two emotion models it goes to. */
export interface GenderModel {
  formatVersion: 1;
  /** Names the method in every output that depends on it. */
  name: string;
  featureSet: string;
  features: readonly string[];
  protocol: string;
  dataHash: string;
  scaler: Scaler;
  /** Class 1 is female. */
  logistic: LogisticModel;
  /** Clips of the protocol's test set, and how many of them got the right gender. */
  test: { n: number; correct: number };
  /** The same on speakers that were in no way learnt from, out of fold. */
  unseenSpeakers: { protocol: string; n: number; correct: number };
}

/** Strength of the L2 penalty: strong, since two dozen speakers could be told apart by far fewer than 186 features. */
const L2 = 100;

/**
 * Fits the gender model on a protocol's training clips and measures it on its test clips and on unseen speakers.
 * @param table  original clips only
 */
export function trainGenderModel(table: FeatureTable, protocol = 'reference'): GenderModel {
  const folds = getProtocol(protocol).folds(table.clips);
  if (folds.length !== 1) {
    throw new SerError('usage', `The gender model is trained on one split; ${protocol} has ${folds.length} folds.`);
  }
  const { scaler, logistic, test } = fitFold(table, folds[0]);
  const unseen = getProtocol(UNSEEN)
    .folds(table.clips)
    .map((fold) => fitFold(table, fold).test);
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return {
    formatVersion: 1,
    name: `logistic${table.names.length}`,
    featureSet: table.featureSet,
    features: table.names,
    protocol,
    dataHash: hashTable(table),
    scaler,
    logistic,
    test,
    unseenSpeakers: {
      protocol: UNSEEN,
      n: sum(unseen.map(({ n }) => n)),
      correct: sum(unseen.map(({ correct }) => correct)),
    },
  };
}

const UNSEEN = 'luna-5fold';

function fitFold(table: FeatureTable, fold: ReturnType<ReturnType<typeof getProtocol>['folds']>[number]) {
  const rowsOf = (clips: readonly { id: string }[]) => {
    const ids = new Set(clips.map(({ id }) => id));
    return selectRows(table, ({ id }) => ids.has(id));
  };
  const train = rowsOf(fold.train);
  const test = rowsOf(fold.test);
  const scaler = fitScaler(train.values, table.names.length);
  const logistic = fitLogistic(
    applyScaler(scaler, train.values),
    train.clips.map(({ gender }) => (gender === 'female' ? 1 : 0)),
    { l2: L2 },
  );
  const correct = test.clips.filter(
    ({ gender }, row) => genderOf(maleProbability({ scaler, logistic }, tableVector(test, row))) === gender,
  ).length;
  return { scaler, logistic, test: { n: test.clips.length, correct } };
}

/** @param vector  one unscaled feature vector */
export function maleProbability(
  { scaler, logistic }: Pick<GenderModel, 'scaler' | 'logistic'>,
  vector: ArrayLike<number>,
): number {
  return 1 - logisticProbability(logistic, applyScaler(scaler, vector));
}

export function genderOf(maleProbability: number): Gender {
  return maleProbability >= 0.5 ? 'male' : 'female';
}

/** Writes `gender.json` and MODEL_CARD.md into a folder. */
export function saveGenderModel(folder: string, model: GenderModel): void {
  writeJson(join(folder, GENDER_MODEL_FILE), model);
  writeFileAtomic(join(folder, 'MODEL_CARD.md'), genderCard(model));
}

/** @throws {SerError} `model` if the file is missing, damaged or fits other features than these */
export function loadGenderModel(folder: string, featureSet: string, features: readonly string[]): GenderModel {
  const path = join(folder, GENDER_MODEL_FILE);
  const refuse = (reason: string) =>
    new SerError('model', `${path}: ${reason}. Train it again with \`npm run -s ser -- train-gender\`.`);
  if (!existsSync(path)) throw refuse('there is no gender model');
  let model: GenderModel;
  try {
    model = JSON.parse(readFileSync(path, 'utf8')) as GenderModel;
  } catch (error) {
    throw refuse(`it is not JSON (${(error as Error).message})`);
  }
  if (model.formatVersion !== 1) throw refuse(`its format version is ${model.formatVersion}; 1 can be read`);
  if (model.featureSet !== featureSet || model.features?.join() !== features.join()) {
    throw refuse(`it was trained on other features (${model.featureSet}) than ${featureSet} as computed here`);
  }
  const numbers = [model.scaler?.mean, model.scaler?.scale, model.logistic?.weights];
  const whole = numbers.every((list) => list?.length === features.length && list.every(Number.isFinite));
  if (!whole || !Number.isFinite(model.logistic.intercept)) throw refuse('its weights are damaged');
  return model;
}

function genderCard({ features, test, unseenSpeakers, protocol, dataHash }: GenderModel): string {
  const figure = ({ n, correct }: { n: number; correct: number }) =>
    `${correct} of ${n} clips (${((100 * correct) / n).toFixed(1)} %)`;
  return `# Gender of a voice: logistic regression on ${features.length} features

Chooses between the male and the female emotion model when the speaker's gender is not given.

- On protocol \`${protocol}\`, whose speakers overlap between training and test: ${figure(test)}.
- On protocol \`${unseenSpeakers.protocol}\`, speakers never learnt from, out of fold: ${figure(unseenSpeakers)}.

Made by \`npm run -s ser -- train-gender\`; the fit has no random part. Table: \`${dataHash.slice(0, 16)}\`.

## Data and licence
Trained on RAVDESS (Livingstone & Russo, 2018, CC BY-NC-SA 4.0), and derived from it: non-commercial use, same licence.

## Limits
24 North American actors recorded in one studio. Other rooms, microphones and languages shift the features that it
leans on, and with them its answers. It knows the two labels of its corpus only, and children's voices, whispering and singing above
a speaker's range are often put on the wrong side. Not for identifying or classifying people.
`;
}
