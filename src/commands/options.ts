import { formatNames } from '../data/audio/formats.ts';
import { TABLE_DEFAULTS } from '../data/tables/buildTables.ts';
import { DEFAULT_WORKERS } from '../data/workers/workerPool.ts';
import { BOOTSTRAP_DEFAULTS } from '../eval/statistics/bootstrap.ts';
import { FEATURE_SET_NAMES } from '../data/embeddings/load.ts';
import { MODELS_FOLDER } from '../serve/predict/modelFiles.ts';
import { PREDICTION_FORMATS } from '../serve/predict/predictionFormats.ts';

/** Options that several commands have. */

export const FEATURES_OPTION = {
  type: 'string',
  default: TABLE_DEFAULTS.featureSet,
  describe: `Feature set (${FEATURE_SET_NAMES.join(', ')}), or several joined by +; a model can only be used on the set that it was trained on`,
} as const;

export const WORKERS_OPTION = {
  type: 'number',
  default: DEFAULT_WORKERS,
  defaultDescription: 'all cores',
  describe: 'Worker threads',
} as const;

export const MODELS_OPTION = {
  type: 'string',
  default: MODELS_FOLDER,
  defaultDescription: 'models of this package',
  describe: 'Folder with male/, female/, and perhaps gender/ and pooled/',
} as const;

export const GENDER_MODEL_OPTION = {
  type: 'string',
  defaultDescription: 'gender/gender.onnx of --models, else of this package',
  describe: 'Gender model in ONNX',
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

export const WITH_OPTION = {
  choices: ['song'] as const,
  describe: 'Learn from these clips besides, as far as the protocol allows; what is tested stays the same',
} as const;

export const CLIPS_POSITIONAL = {
  type: 'string',
  array: true,
  demandOption: true,
  describe: `Audio files, or folders that hold some at any depth: ${formatNames()}`,
} as const;

export const RECORDING_POSITIONAL = {
  type: 'string',
  demandOption: true,
  describe: `Audio file of any length, rate and number of channels: ${formatNames('or')}`,
} as const;

/** The notice of a training without augmented copies that was not asked for. */
export const noCopies = (path: string): string =>
  `${path} has no augmented copies of these clips: trained on the clips as they were recorded. ` +
  '`ser features build --copies 3` makes some; name their table with --augmented-table.';

export const STRICT_OPTION = {
  type: 'boolean',
  default: false,
  describe: 'Refuse recordings that are cut short, instead of using what is there with a warning',
} as const;

export const FORMAT_OPTION = {
  choices: PREDICTION_FORMATS,
  default: 'table',
  describe: 'How the result is written',
} as const;

export const OUT_OPTION = { type: 'string', describe: 'File for the result, instead of standard output' } as const;
