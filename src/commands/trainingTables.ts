import { existsSync } from 'node:fs';
import { CORPORA } from '../data/corpora/corpora.ts';
import { FEATURE_SET_NAMES, featureSet } from '../data/embeddings/load.ts';
import type { FeatureTable } from '../data/tables/table.ts';
import { tablePaths } from '../data/tables/tablePaths.ts';
import { readTable, readTablePair } from '../data/tables/tableFile.ts';
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
} as const;

export interface TrainingTables {
  classifier: string;
  table: string;
  'augmented-table'?: string;
  augmentation?: boolean;
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

/** The clips, and their augmented copies if they are used for training; a notice if they are expected but missing. */
export async function readTrainingTables(
  args: TrainingTables,
): Promise<[table: FeatureTable, augmented?: FeatureTable]> {
  const { table, 'augmented-table': copies, augmentation = getClassifier(args.classifier).augmentation } = args;
  if (!augmentation) return [await readTable(table)];
  const [original, augmented] = await readTablePair(table, copies);
  if (!augmented) {
    console.error(
      `${copies ?? table} has no augmented copies of these clips: trained on the clips as they were recorded. ` +
        '`ser features build --copies 3` makes some; name their table with --augmented-table.',
    );
  }
  return [original, augmented];
}
