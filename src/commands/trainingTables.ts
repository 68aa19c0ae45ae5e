import { existsSync } from 'node:fs';
import { CORPORA } from '../data/corpora/corpora.ts';
import { FEATURE_SET_NAMES, featureSet } from '../data/embeddings/load.ts';
import { type FeatureTable, joinTables } from '../data/tables/table.ts';
import { tablePaths } from '../data/tables/tablePaths.ts';
import { readTable, readTablePair } from '../data/tables/tableFile.ts';
import { readModelFolder } from '../train/bundle/bundle.ts';
import type { FoldTask } from '../train/trainFold.ts';
import { CLASSIFIERS, getClassifier } from '../train/classifiers/classifiers.ts';
import { FEATURES_OPTION } from './features/featuresOption.ts';

/** Options for the training data; see `chosenTables`. */
export const TRAINING_TABLES = {
  features: {
    ...FEATURES_OPTION,
    describe: `Feature set whose tables are read (${FEATURE_SET_NAMES.join(', ')}), or several joined by +`,
  },
  table: {
    type: 'string',
    defaultDescription: 'that of --features in this package',
    describe: 'Features of the clips',
  },
  'augmented-table': {
    type: 'string',
    defaultDescription: 'that of --features in this package, if there is one',
    describe: 'Features of augmented copies of the clips, for training',
  },
  augmentation: {
    type: 'boolean',
    defaultDescription: CLASSIFIERS.map(({ name, augmentation }) => `${name}: ${augmentation}`).join(', '),
    describe: 'Train on the augmented copies too (--no-augmentation: only clips as recorded)',
  },
  also: {
    type: 'string',
    array: true,
    describe: 'Tables of further corpora to train on, none of whose clips are tested',
  },
  'also-weight': { type: 'number', default: 1, describe: 'Weight of their rows, where the others have 1' },
  'other-gender-weight': {
    type: 'number',
    default: 0,
    describe: 'Train a model of one gender on the clips of the other too, with this weight, where its own have 1',
  },
  from: {
    type: 'string',
    describe: `Model folder from which the training starts, for a classifier that can (${CLASSIFIERS.filter(
      ({ continues }) => continues,
    )
      .map(({ name }) => name)
      .join(', ')})`,
  },
} as const;

export interface TrainingTables {
  classifier: string;
  table: string;
  'augmented-table'?: string;
  augmentation?: boolean;
  also?: string[];
  'also-weight': number;
  'other-gender-weight': number;
  from?: string;
}

/** The given tables, else those of the feature set in this package. */
export function chosenTables(args: {
  features: string;
  table?: string;
  'augmented-table'?: string;
}): Pick<TrainingTables, 'table' | 'augmented-table'> {
  const { original, augmented } = tablePaths(CORPORA[0].name, featureSet(args.features).name);
  const { table = original, 'augmented-table': copies = existsSync(augmented) ? augmented : undefined } = args;
  return { table, 'augmented-table': copies };
}

/**
 * What a training is made of: clips, their augmented copies, further clips, and a model to start from.
 * @param onNotice  called if augmented copies are expected but missing
 */
export async function readTrainingTables(
  args: TrainingTables,
  onNotice: (notice: string) => void = console.error,
): Promise<Pick<FoldTask, 'table' | 'augmented' | 'also' | 'start'>> {
  const tables: FeatureTable[] = [];
  for (const path of args.also ?? []) tables.push(await readTable(path));
  return {
    ...(await readOwnTables(args, onNotice)),
    ...(tables.length > 0 && { also: [{ table: joinTables(...tables), weight: args['also-weight'] }] }),
    ...(args.from && { start: readModelFolder(args.from) }),
  };
}

/** The clips, and their augmented copies if they are used for training. */
async function readOwnTables(
  args: TrainingTables,
  onNotice: (notice: string) => void,
): Promise<Pick<FoldTask, 'table' | 'augmented'>> {
  const { table, 'augmented-table': copies, augmentation = getClassifier(args.classifier).augmentation } = args;
  if (!augmentation) return { table: await readTable(table) };
  const [original, augmented] = await readTablePair(table, copies);
  if (!augmented) {
    onNotice(
      `${copies ?? table} has no augmented copies of these clips: trained on the clips as they were recorded. ` +
        '`ser features build --copies 3` makes some; name their table with --augmented-table.',
    );
  }
  return { table: original, augmented };
}
