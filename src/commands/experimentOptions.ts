import { TABLE_PATHS } from '../data/corpora/corpora.ts';
import { protocolNames } from '../data/protocols/protocols.ts';
import { BOOTSTRAP_DEFAULTS } from '../eval/statistics/bootstrap.ts';
import type { TrainOptions } from '../train/trainFold.ts';

/** Options of several commands that train or evaluate. */

export const TABLE_OPTION = {
  type: 'string',
  default: TABLE_PATHS.original,
  defaultDescription: 'the committed one',
  describe: 'Features of the clips',
} as const;

/** Not a list of choices: corpora and columns of one's own have protocols, too. */
export const PROTOCOL_OPTION = {
  type: 'string',
  describe: `Protocol that defines training and test clips (docs/protocols.md): ${protocolNames()}`,
} as const;

export const WITH_OPTION = {
  choices: ['song'] as const,
  describe: 'Also train on these clips, as far as the protocol allows; the test clips stay the same',
} as const;

export const SPEAKER_ADAPT_OPTION = {
  type: 'boolean',
  default: false,
  describe: 'Standardise each clip by the statistics of its speaker’s clips, without labels (docs/adaptation.md)',
} as const;

export const RESAMPLES_OPTION = {
  type: 'number',
  default: BOOTSTRAP_DEFAULTS.resamples,
  describe: 'Resamples of the bootstrap over speakers, for the intervals',
} as const;

export const BOOTSTRAP_SEED_OPTION = {
  type: 'number',
  default: BOOTSTRAP_DEFAULTS.seed,
  describe: 'Seed of the bootstrap',
} as const;

export const VALIDATION_BY_OPTION = {
  choices: ['clip', 'speaker'] as const,
  defaultDescription: 'speaker, where the protocol tests on unseen speakers',
  describe:
    'What the validation clips are split off by; speaker: what is said of confidence is of speakers not learnt from',
} as const;

export const VALIDATION_ALSO_OPTION = {
  type: 'boolean',
  default: false,
  describe: 'Measure confidence on speakers of the further corpora too (--also), which are held out from the first run',
} as const;

export const COPY_WEIGHT_OPTION = {
  type: 'number',
  default: 1,
  describe: 'Weight of an augmented copy in training, where the recording itself has 1',
} as const;

export const LEAST_TEMPERATURE_OPTION = {
  type: 'number',
  defaultDescription: 'whatever fits the validation rows',
  describe:
    'Least temperature of the calibration; 1: probabilities are never sharpened, for people unlike those in training',
} as const;

/** These, as options of a training: only those that are given, which leaves other trainings as they are. */
export const rowOptions = (args: {
  'validation-by'?: 'clip' | 'speaker';
  'validation-also'?: boolean;
  'least-temperature'?: number;
  'copy-weight'?: number;
}): Pick<TrainOptions, 'validationBy' | 'validationAlso' | 'leastTemperature' | 'copyWeight'> => ({
  ...(args['validation-by'] && { validationBy: args['validation-by'] }),
  ...(args['validation-also'] && { validationAlso: true }),
  ...(args['least-temperature'] !== undefined && { leastTemperature: args['least-temperature'] }),
  ...((args['copy-weight'] ?? 1) !== 1 && { copyWeight: args['copy-weight'] }),
});
