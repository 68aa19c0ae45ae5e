import { expectArgument, expectText, isObject, isTexts } from '../messages/arguments.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { COMBINED, type Gender, GENDERS, isOf, type Part } from '../data/clip.ts';
import type { Fold, Protocol } from '../data/protocols/protocol.ts';
import { testedLabels } from '../data/protocols/protocols.ts';
import { trainedWith } from '../data/protocols/trainedWith.ts';
import { expectTable, hashIds, selectRows } from '../data/tables/table.ts';
import type { FeatureTable } from '../data/tables/table.ts';
import { SerError } from '../error.ts';
import type { ModelPredictions } from '../eval/systems/modelPredictions.ts';
import { loadBundle } from './bundle/bundle.ts';
import type { Bundle } from './bundle/bundle.ts';
import type { LoadedModel } from './bundle/openModel.ts';
import type { Standing } from './bundle/selective.ts';
import type { Predictions } from '../eval/systems/predictions.ts';
import { overTested } from './collect.ts';
import { findFamily, modelsIn } from './families/families.ts';
import { isPooledAlone } from './families/members.ts';
import { predictTable, tableStandings } from './predictTable.ts';

/** Predictions for test clips by models that were not trained on them. */
export interface TestPredictions {
  /** Each model's predictions for all of these clips, including the other gender's, in the same order. */
  predictions: ModelPredictions[];
  /** In the same order: the folder, its bundle, and the model's training and test clips. */
  models: TestedModel[];
}

export interface TestedModel<Who extends Part = Part> {
  gender: Who;
  dir: string;
  bundle: Bundle;
  fold: Fold;
  /** Test clips of its voices, those of which it is sure, and those of them that are wrong; absent for a model that cannot tell. */
  sure?: { clips: number; answered: number; errors: number };
}

/**
 * Predicts the test clips of a protocol with the male and the female model of a family. A model is tested on the fold that it was
 * trained on. With both genders, each model also predicts the other's clips, and so does the pooled model, if it exists and was
 * trained on the same fold; a pooled model without a pair is tested alone. Where another corpus is tested, only on the emotions that both have.
 * @param models  name of the family, or a folder with `male/` and `female/`; see `findFamily`
 * @param genders  of the models and clips
 * @param table  clips as recorded, of the models' feature set
 * @throws {SerError} `model` for an incomplete folder, `protocol` for a model that was trained under another one: its
 * training clips may be among these test clips
 * @example
 * const table = await readTable('data/features/ravdess-librosa186.parquet');
 * predictTestClips('reference', ['male'], table, getProtocol('reference')).predictions[0].rows.length // → 250
 */
export function predictTestClips(
  models: string,
  genders: readonly Gender[],
  table: FeatureTable,
  protocol: Protocol,
): TestPredictions {
  expectText(models, 'predictTestClips: models', 'a family of models, or a folder');
  const areGenders = isTexts(genders) && genders.length > 0 && genders.every((gender) => GENDERS.includes(gender));
  expectArgument(areGenders, 'predictTestClips: genders', `a list of ${GENDERS.join(', ')}`, genders);
  expectTable(table, 'predictTestClips: table');
  expectArgument(isObject(protocol) && typeof protocol.folds === 'function', 'predictTestClips: protocol', 'what getProtocol gives', protocol); // prettier-ignore
  const { folder } = findFamily(models);
  const own = testedModels(folder, genders).map(([part, dir]) => openTested(part, dir, table, protocol));
  const ids = new Set(own.flatMap(({ fold }) => fold.test.map(({ id }) => id)));
  const pooled = own.length > 1 ? openPooled(join(folder, 'pooled'), ids, table, protocol) : undefined;
  const opened: OpenedModel<Part>[] = pooled ? [...own, pooled] : own;
  checkLabels(opened);

  const tested = protocol.testCorpus && testedLabels(protocol, table);
  const clips = selectRows(
    table,
    (row) => row.copy === 0 && ids.has(row.id) && (tested?.includes(row.emotion) ?? true),
  );
  const seeds = new Set(opened.map(({ bundle }) => bundle.seed));
  // The models make systems together only as those of one seed.
  const seed = seeds.size === 1 && typeof own[0].bundle.seed === 'number' ? own[0].bundle.seed : null;
  const answers = opened.map(({ model }) => predictTable(model, clips, protocol.name));
  const predictions = opened.map(({ gender, bundle }, i): ModelPredictions => {
    const { labels, rows } = answers[i];
    const fold = own[0].fold.name;
    const answered = rows.map((row) => {
      const restricted = tested && overTested(row.probabilities, labels, tested);
      return { ...row, ...restricted, fold, temperature: bundle.temperature };
    });
    const name = gender === COMBINED ? 'pooled' : gender;
    return { protocol: protocol.name, labels: tested ?? labels, model: name, seed, rows: answered, validation: [] };
  });
  const reported = opened.map(({ gender, dir, bundle, fold, model }, i) => {
    const sure = countSure(gender, tableStandings(model, clips, answers[i]), answers[i]);
    return { gender, dir, bundle, fold, ...(sure && { sure }) };
  });
  return { predictions, models: reported };
}

/** What is tested of a folder of models: the models of these genders, or the pooled one where it is alone, each with its folder. */
export function testedModels(folder: string, genders: readonly Gender[] = GENDERS): [Part, dir: string][] {
  const isAlone = genders.length > 1 && isPooledAlone(modelsIn(folder));
  if (isAlone) return [[COMBINED, join(folder, 'pooled')]];
  return genders.map((gender) => [gender, join(folder, gender)]);
}

function countSure(
  gender: Part,
  standings: readonly Standing[] | undefined,
  { rows }: Predictions,
): TestedModel['sure'] {
  if (!standings) return undefined;
  const isOwn = (row: { gender: Gender | null }): boolean => gender === COMBINED || row.gender === gender;
  const answered = rows.filter((row, i) => isOwn(row) && standings[i].sure);
  const errors = answered.filter(({ label, predicted }) => label !== predicted).length;
  return { clips: rows.filter(isOwn).length, answered: answered.length, errors };
}

export interface OpenedModel<Who extends Part> extends TestedModel<Who> {
  model: LoadedModel;
}

/**
 * Opens a model for the test clips of its fold.
 * @param table  clips as recorded, of the model's feature set, to be split by the protocol
 * @throws {SerError} as `predictTestClips`
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

/** Only if it exists, was trained under the same protocol, and on none of these clips: it is optional. */
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
      `${dir} was trained under ${bundle.protocol}: it may have been trained on test clips of ${protocol.name}. ` +
        `Evaluate it with --protocol ${bundle.protocol}, or ${remedyFor(gender, protocol)}.`,
    );
  }
  const folds = trainedWith(protocol, bundle.with ?? []).folds(
    table.clips.filter((clip) => clip.copy === 0 && isOf(gender, clip)),
  );
  const fold = folds.find((one) => one.name === bundle.fold);
  if (!fold) throw new SerError('protocol', `${dir} was trained on the fold "${bundle.fold}", which ${protocol.name} does not have.`); // prettier-ignore
  if (bundle.data?.clipsSha256 !== hashIds(fold.train)) {
    throw new SerError('protocol', `${dir} was trained on other clips than those for training in "${fold.name}" of ${protocol.name} in this table: they may be test clips. Train it again on this table.`); // prettier-ignore
  }
  return fold;
}
