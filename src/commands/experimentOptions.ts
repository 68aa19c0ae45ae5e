import { TABLE_PATHS } from '../data/corpora/corpora.ts';
import { BOOTSTRAP_DEFAULTS } from '../eval/statistics/bootstrap.ts';

/** Options of several commands that train or evaluate. */

export const TABLE_OPTION = {
  type: 'string',
  default: TABLE_PATHS.original,
  defaultDescription: 'the committed one',
  describe: 'Features of the clips',
} as const;

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
