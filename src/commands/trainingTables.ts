import { TABLE_PATHS } from '../data/corpora/corpora.ts';
import type { FeatureTable } from '../data/tables/table.ts';
import { readTable, readTablePair } from '../data/tables/tableFile.ts';
import { CLASSIFIERS, getClassifier } from '../train/classifiers/classifiers.ts';
import { TABLE_OPTION } from './experimentOptions.ts';

/** Options of what a model is trained on. */
export const TRAINING_TABLES = {
  table: TABLE_OPTION,
  'augmented-table': {
    ...TABLE_OPTION,
    default: TABLE_PATHS.augmented,
    describe: 'Features of augmented copies of the clips, to learn from',
  },
  augmentation: {
    type: 'boolean',
    defaultDescription: CLASSIFIERS.map(({ name, augmentation }) => `${name}: ${augmentation}`).join(', '),
    describe: 'Learn from the augmented copies too (--no-augmentation: clips as recorded only)',
  },
} as const;

export interface TrainingTables {
  classifier: string;
  table: string;
  'augmented-table': string;
  augmentation?: boolean;
}

/** The clips, and their augmented copies if they are to be learnt from; where they should be there and are not, a notice says so. */
export async function readTrainingTables(
  args: TrainingTables,
): Promise<[table: FeatureTable, augmented?: FeatureTable]> {
  const { table, 'augmented-table': copies, augmentation = getClassifier(args.classifier).augmentation } = args;
  if (!augmentation) return [await readTable(table)];
  const [original, augmented] = await readTablePair(table, copies);
  if (!augmented) {
    console.error(
      `${copies} has no augmented copies of these clips: trained on the clips as they were recorded. ` +
        '`ser features build --copies 3` makes some; name their table with --augmented-table.',
    );
  }
  return [original, augmented];
}
