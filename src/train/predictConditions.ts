import { selectRows, type FeatureTable } from '../data/tables/table.ts';
import { dealtGroups } from '../data/adapt/groups.ts';
import { isOf, type Part } from '../data/clip.ts';
import type { Protocol } from '../data/protocols/protocol.ts';
import { testedLabels } from '../data/protocols/protocols.ts';
import type { ModelPredictions } from '../eval/systems/modelPredictions.ts';
import { loadBundle } from './bundle/bundle.ts';
import { collectPredictions, overTested } from './collect.ts';
import { concerns, type CrossOptions, type CrossTables, type Training } from './crossValidation.ts';
import type { TrainOptions } from './trainFold.ts';
import { predictTable } from './predictTable.ts';
import type { OpenedModel } from './predictTestClips.ts';

/**
 * Predictions for the same clips under several conditions, each clip by the model of its speaker's true gender, or the pooled one. Where another corpus is
 * tested, only for clips of the emotions that both have.
 * @param tables  by condition
 * @param table  of the protocol, undisturbed
 * @param shared  emotions that are tested. Default: those of the models, or that both have
 * @returns one entry per condition, by name; clips in the order of the models, then of the table
 */
export function predictConditions(
  models: readonly Omit<OpenedModel<Part>, 'dir'>[],
  tables: ReadonlyMap<string, FeatureTable>,
  protocol: Protocol,
  table: FeatureTable,
  shared?: readonly string[],
): ModelPredictions[] {
  const [{ model: first, fold, bundle }] = models;
  const seed = typeof bundle.seed === 'number' && models.every((one) => one.bundle.seed === bundle.seed) ? bundle.seed : null; // prettier-ignore
  const isPart = shared !== undefined || protocol.testCorpus !== undefined;
  const labels = shared ?? (isPart ? testedLabels(protocol, table) : first.labels);
  return Array.from(tables, ([condition, table]) => {
    const rows = models.flatMap(({ gender, model }) => {
      const own = selectRows(table, (row) => isOf(gender, row) && labels.includes(row.emotion));
      return own.clips.length === 0 ? [] : predictTable(model, own, protocol.name).rows;
    });
    // The same temperatures under all conditions: what calibration does is not looked at.
    const tested = rows.map((row) => {
      const restricted = isPart && overTested(row.probabilities, first.labels, labels);
      return { ...row, ...restricted, fold: fold.name, temperature: 1 };
    });
    return { protocol: protocol.name, labels, model: condition, seed, rows: tested, validation: [] };
  });
}

/**
 * Predictions for the test clips of a cross-validation under several conditions, each clip by the model that was trained without its fold; of a pair by the one of
 * its speaker's true gender.
 * @param folders  of the trainings' models, in their order
 * @param tables  by condition, with all or some of the test clips
 * @returns one entry per condition and seed
 * @throws {SerError} `model` for a model that is damaged
 */
export function predictFolds(
  trainings: readonly Training[],
  folders: readonly string[],
  tables: ReadonlyMap<string, FeatureTable>,
  data: Pick<CrossTables, 'table'>,
  options: CrossOptions,
): ModelPredictions[] {
  const { names, featureSet: name } = data.table;
  const models = folders.map((folder) => loadBundle(folder, { name, names }));
  const { speakerAdaptClips: known }: TrainOptions = options.train;
  return Array.from(tables, ([condition, table]) => {
    const results = trainings.map(({ member, fold, seed }, i) => {
      const tested = new Set(fold.test.map(({ id }) => id));
      const own = selectRows(table, (row) => tested.has(row.id) && concerns(member, row));
      const groups = known === undefined ? undefined : dealtGroups(own, known, seed);
      const nothing = { protocol: options.protocol.name, labels: models[i].labels, rows: [] };
      const test = own.clips.length === 0 ? nothing : predictTable(models[i], own, options.protocol.name, groups);
      return { temperature: 1, validation: nothing, test };
    });
    const byMember = collectPredictions(trainings, results, data, options);
    return options.seeds.map((seed): ModelPredictions => {
      const ofSeed = byMember.filter((one) => one.seed === seed);
      return { ...ofSeed[0], model: condition, rows: ofSeed.flatMap(({ rows }) => rows) };
    });
  }).flat();
}
