import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { COMBINED, type Gender, type Part } from '../data/clip.ts';
import type { Fold, Protocol } from '../data/protocols/protocol.ts';
import { trainedWith } from '../data/protocols/trainedWith.ts';
import { hashIds, selectRows } from '../data/tables/table.ts';
import type { FeatureTable } from '../data/tables/table.ts';
import { SerError } from '../error.ts';
import type { Predictions } from '../eval/systems/predictions.ts';
import { loadBundle } from './bundle/bundle.ts';
import type { Bundle } from './bundle/bundle.ts';
import type { LoadedModel } from './bundle/openModel.ts';
import { toPredictions } from './predict.ts';

/** What models say of the test clips that they were not trained on. */
export interface TestedModels {
  /** Clips of all genders, each predicted by the model of its own gender. */
  predictions: Predictions;
  /**
   * What each model says of all of these clips, of the other gender too, in one order; of both genders and, where it is there,
   * of the pooled model. Missing where one gender alone is tested.
   */
  answers?: Record<Gender, Predictions> & { pooled?: Predictions };
  /** By gender: the folder, what it says of itself, and the clips that its model learnt from and was tested on. */
  models: TestedModel[];
  /** Likewise. */
  pooled?: TestedModel<typeof COMBINED>;
}

export interface TestedModel<Who extends Part = Gender> {
  gender: Who;
  dir: string;
  bundle: Bundle;
  fold: Fold;
}

/**
 * Predicts the test clips of a protocol with the models in `folder/male` and `folder/female`: each clip goes to the model
 * of its speaker's true gender. A model is tested on the fold that it was trained on. With both genders, each model also predicts
 * the other's clips, and so does the one in `folder/pooled`, if it is there and was trained on the same fold.
 * @param genders  whose models and clips
 * @param table  clips as recorded, of the models' feature set
 * @throws {SerError} `model` for a folder that is not whole, `protocol` for a model that was trained under another one: its
 * training clips may be among these test clips
 * @example
 * const table = await readTable(TABLE_PATHS.original);
 * testModels('models', ['male'], table, getProtocol('reference')).predictions.rows.length // → 250
 */
export function testModels(
  folder: string,
  genders: readonly Gender[],
  table: FeatureTable,
  protocol: Protocol,
): TestedModels {
  const opened = genders.map((gender) => openTested(gender, join(folder, gender), table, protocol));
  const [{ model }] = opened;
  const ids = new Set(opened.flatMap(({ fold }) => fold.test.map(({ id }) => id)));
  const both = genders.length > 1;
  const pooled = both ? openPooled(join(folder, 'pooled'), ids, table, protocol) : undefined;
  checkLabels([...opened, ...(pooled ? [pooled] : [])]);

  const clips = selectRows(table, (row) => row.copy === 0 && ids.has(row.id));
  const answersOf = (one: OpenedModel<Part>): Predictions => toPredictions(one.model, clips, protocol.name);
  const answers = Object.fromEntries(opened.map((one) => [one.gender, answersOf(one)])) as Record<Gender, Predictions>;
  const own = genders.flatMap((gender) => answers[gender].rows.filter((row) => row.gender === gender));
  return {
    predictions: { protocol: protocol.name, labels: model.labels, rows: own },
    models: opened.map(described),
    ...(both && { answers: { ...answers, ...(pooled && { pooled: answersOf(pooled) }) } }),
    ...(pooled && { pooled: described(pooled) }),
  };
}

export interface OpenedModel<Who extends Part> extends TestedModel<Who> {
  model: LoadedModel;
}

/**
 * Opens a model for the test clips of its fold.
 * @param table  clips as recorded, of the model's feature set: what the protocol splits
 * @throws {SerError} as `testModels`
 */
export function openTested<Who extends Part>(
  gender: Who,
  dir: string,
  table: FeatureTable,
  protocol: Protocol,
): OpenedModel<Who> {
  const model = loadBundle(dir, { name: table.featureSet, names: table.names });
  return { gender, dir, bundle: model.bundle, fold: foldOf(dir, model.bundle, gender, table, protocol), model };
}

/** Only if it is there, was trained under the same protocol, and learnt from none of these clips: it is an extra. */
function openPooled(
  dir: string,
  tested: ReadonlySet<string>,
  table: FeatureTable,
  protocol: Protocol,
): OpenedModel<typeof COMBINED> | undefined {
  if (!existsSync(join(dir, 'bundle.json'))) return undefined;
  try {
    const pooled = openTested(COMBINED, dir, table, protocol);
    return pooled.fold.train.some(({ id }) => tested.has(id)) ? undefined : pooled;
  } catch (error) {
    if (error instanceof SerError && error.code === 'protocol') return undefined;
    throw error;
  }
}

function checkLabels([first, ...others]: readonly OpenedModel<Part>[]): void {
  for (const { dir, model } of others) {
    if (model.labels.join() === first.model.labels.join()) continue;
    throw new SerError('model', `${dir} has the labels ${model.labels.join(', ')}, the other model ${first.model.labels.join(', ')}.`); // prettier-ignore
  }
}

function described<Who extends Part>({ gender, dir, bundle, fold }: OpenedModel<Who>): TestedModel<Who> {
  return { gender, dir, bundle, fold };
}

const remedyFor = (gender: Part, { name, testCorpus }: Protocol): string =>
  testCorpus
    ? `train and test with \`ser eval --protocol ${name} --model pair\``
    : `train one with \`ser train ${gender === COMBINED ? 'pooled' : gender} --protocol ${name}\``;

function foldOf(dir: string, bundle: Bundle, gender: Part, table: FeatureTable, protocol: Protocol): Fold {
  if (bundle.gender !== gender)
    throw new SerError('model', `${dir} holds a model for ${bundle.gender} voices, not for ${gender} ones.`);
  if (bundle.protocol !== protocol.name) {
    throw new SerError(
      'protocol',
      `${dir} was trained under ${bundle.protocol}: it may have learnt from test clips of ${protocol.name}. ` +
        `Evaluate it with --protocol ${bundle.protocol}, or ${remedyFor(gender, protocol)}.`,
    );
  }
  const folds = trainedWith(protocol, bundle.with ?? []).folds(
    table.clips.filter((clip) => clip.copy === 0 && (gender === COMBINED || clip.gender === gender)),
  );
  const fold = folds.find((one) => one.name === bundle.fold);
  if (!fold) throw new SerError('protocol', `${dir} was trained on the fold "${bundle.fold}", which ${protocol.name} does not have.`); // prettier-ignore
  if (bundle.data?.clipsSha256 !== hashIds(fold.train)) {
    throw new SerError('protocol', `${dir} learnt from other clips than "${fold.name}" of ${protocol.name} has for training in this table: they may be test clips. Train it again on this table.`); // prettier-ignore
  }
  return fold;
}
