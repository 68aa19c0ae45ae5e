import { relative } from 'node:path';
import { speakerAdapted } from '../../data/adapt/speakerAdapted.ts';
import type { Fold, Protocol } from '../../data/protocols/protocol.ts';
import { getProtocol } from '../../data/protocols/protocols.ts';
import type { FeatureTable } from '../../data/tables/table.ts';
import type { TableRows } from '../../data/tables/tableRows.ts';
import { readProtocolTable } from '../../data/tables/tableFile.ts';
import type { Manifest } from '../../eval/reports/reportJson.ts';
import type { Overlap } from '../../eval/statistics/overlap.ts';
import type { ModelPredictions } from '../../eval/systems/modelPredictions.ts';
import { overlapWith } from '../../train/bundle/learnt.ts';
import { testedBy } from '../../train/bundle/testedBy.ts';
import { trainedModel } from '../../train/crossValidation.ts';
import type { Executor } from '../../train/executor.ts';
import { findFamily } from '../../train/families/families.ts';
import { predictConditions, predictFolds } from '../../train/predictConditions.ts';
import { openTested, testedModels } from '../../train/predictTestClips.ts';
import { commandLine } from '../commandLine.ts';
import type { CrossArguments } from '../eval/crossOptions.ts';
import { modelsOnData } from '../eval/evalData.ts';
import { crossManifest, planCross, runCross } from '../eval/crossTrainings.ts';

/** Models, and the clips that they are tested on. */
export interface TestedModels {
  protocol: Protocol;
  table: TableRows;
  folds: Pick<Fold, 'name' | 'train' | 'test'>[];
  /** @param tables  of test clips, by condition */
  predict(tables: ReadonlyMap<string, FeatureTable>): ModelPredictions[];
  /** What the models have learnt from of the clips, where the folds do not tell. */
  overlap?: Overlap;
  /** For the report. */
  command: string;
  notes: string[];
  manifest: Pick<Manifest, 'options' | 'seed' | 'data' | 'models'>;
}

const ORACLE = "Each clip is predicted by the model of its speaker's true gender (oracle gender).";

/** The pair of a family or folder, or its pooled model where that is alone, on the test clips of its protocol. @throws {SerError} as `openTested` */
export async function finishedModels(args: {
  models: string;
  protocol?: string;
  table?: string;
}): Promise<TestedModels> {
  const { folder } = findFamily(args.models);
  const tested = testedModels(folder);
  const { protocol: trainedBy, table: path } = testedBy(tested[0][1], args.table);
  const protocol = getProtocol(args.protocol ?? trainedBy);
  const table = await readProtocolTable(protocol, path);
  const models = tested.map(([part, dir]) => openTested(part, dir, table, protocol));
  const isAdapted = models.some(({ bundle }) => bundle.speakerPrior);
  return {
    protocol: isAdapted ? speakerAdapted(protocol) : protocol,
    table,
    folds: models.map(({ fold }) => fold),
    predict: (tables) => predictConditions(models, tables, protocol, table),
    command: commandLine(),
    notes: models.length > 1 ? [ORACLE] : [],
    manifest: {
      options: { models: args.models, ...(isAdapted && { speakerAdapt: true }) },
      seed: Object.fromEntries(models.map(({ gender, bundle }) => [gender, bundle.seed])),
      data: { table: relative('.', path) },
      models: Object.fromEntries(
        models.map(({ gender, dir, bundle: { files, protocol, fold } }) => [gender, { dir, files, protocol, fold }]),
      ),
    },
  };
}

/** Finished models on labelled recordings, of which they may have learnt from some. @throws {SerError} as `modelsOnData` */
export async function dataModels(args: Parameters<typeof modelsOnData>[0]): Promise<TestedModels> {
  const { models, table, labels, protocol, notes } = await modelsOnData(args);
  const [fold] = protocol.folds(table.clips);
  const opened = models.map(({ gender, loaded }) => ({ gender, bundle: loaded.bundle, fold, model: loaded }));
  return {
    ...{ protocol, table, folds: [fold], command: commandLine() },
    predict: (tables) => predictConditions(opened, tables, protocol, table, labels),
    overlap: overlapWith(opened.map(({ bundle }) => bundle), table), // prettier-ignore
    notes: [...(models.length > 1 ? [ORACLE] : []), ...notes],
    manifest: {
      options: { models: args.models, data: args.data },
      seed: Object.fromEntries(opened.map(({ gender, bundle }) => [gender, bundle.seed])),
      data: {},
      models: Object.fromEntries(models.map(({ gender, dir, loaded: { bundle } }) => [gender, { dir, files: bundle.files, protocol: bundle.protocol, fold: bundle.fold }])), // prettier-ignore
    },
  };
}

/** The models of a cross-validation, each on the test clips of its fold; those that are not kept from an earlier one are trained. */
export async function foldModels(
  args: CrossArguments & { models: string; command: string },
  executor: Executor,
  signal: AbortSignal,
): Promise<TestedModels> {
  const plan = await planCross(args, commandLine());
  const { options, tables, trainings } = plan;
  const results = await runCross(args, plan, executor, signal);
  const folders = trainings.map((training) => trainedModel(training, tables, options));
  return {
    protocol: options.protocol,
    table: tables.table,
    folds: options.protocol.folds(tables.table.clips.filter(({ copy }) => copy === 0)),
    predict: (disturbed) => predictFolds(trainings, folders, disturbed, tables, options),
    command: args.command,
    notes: options.model === 'pair' ? [ORACLE] : [],
    manifest: crossManifest(args, plan, results),
  };
}
