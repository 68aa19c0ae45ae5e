import { TABLE_PATHS } from '../data/tables/table.ts';
import { BOOTSTRAP_DEFAULTS } from '../eval/statistics/bootstrap.ts';

/** Options of several commands that train or evaluate. */

export const TABLE_OPTION = {
  type: 'string',
  default: TABLE_PATHS.original,
  defaultDescription: 'the committed one',
  describe: 'Features of the clips',
} as const;

export const AUGMENTED_TABLE_OPTION = {
  ...TABLE_OPTION,
  default: TABLE_PATHS.augmented,
  describe: 'Features of their augmented copies',
} as const;

/** The notice of a training without augmented copies that was not asked for. */
export const noCopies = (path: string): string =>
  `${path} has no augmented copies of these clips: trained on the clips as they were recorded. ` +
  '`ser features build --copies 3` makes some; name their table with --augmented-table.';

export const WITH_OPTION = {
  choices: ['song'] as const,
  describe: 'Learn from these clips besides, as far as the protocol allows; what is tested stays the same',
} as const;

export const RESAMPLES_OPTION = {
  type: 'number',
  default: BOOTSTRAP_DEFAULTS.resamples,
  describe: 'Resamples of the bootstrap over speakers that the intervals come from',
} as const;

export const BOOTSTRAP_SEED_OPTION = {
  type: 'number',
  default: BOOTSTRAP_DEFAULTS.seed,
  describe: 'Seed of the bootstrap',
} as const;
