import { formatNames } from '../data/audio/formats.ts';
import { DEFAULT_WORKERS } from '../data/workers/workerPool.ts';
import { FAMILIES } from '../train/families/families.ts';
import { PREDICTION_FORMATS } from '../serve/predict/text/predictionFormats.ts';

/** Options that several commands have. */

export const WORKERS_OPTION = {
  type: 'number',
  default: DEFAULT_WORKERS,
  defaultDescription: 'all cores',
  describe: 'Worker threads',
} as const;

export const MODELS_OPTION = {
  type: 'string',
  default: 'default',
  describe:
    `Family of models (${Object.entries(FAMILIES).map(([name, { what }]) => `${name}: ${what}`).join('; ')}), ` + // prettier-ignore
    'or a folder with male/, female/, and optionally gender/ and pooled/',
} as const;

export const GENDER_MODEL_OPTION = {
  type: 'string',
  defaultDescription: 'gender/gender.onnx of --models, else of this package',
  describe: 'Gender model in ONNX',
} as const;

export const CLIPS_POSITIONAL = {
  type: 'string',
  array: true,
  demandOption: true,
  describe: `Audio files, or folders with audio files at any depth: ${formatNames()}`,
} as const;

export const RECORDING_POSITIONAL = {
  type: 'string',
  demandOption: true,
  describe: `Audio file of any length, rate and number of channels: ${formatNames('or')}`,
} as const;

export const DATA_OPTION = {
  type: 'string',
  array: true,
  describe:
    'Labelled recordings: a manifest (.csv), a folder, or a corpus by its name; several are joined (docs/own-corpus.md). Their tables are made where they are not there yet',
} as const;

export const MAP_OPTION = {
  type: 'string',
  array: true,
  describe: 'Labels for words of the data, such as joy=happy,anger=angry; other= leaves clips with the word out',
} as const;

export const STRICT_OPTION = {
  type: 'boolean',
  default: false,
  describe: 'Refuse recordings that are cut short, instead of using the rest with a warning',
} as const;

export const FORMAT_OPTION = {
  choices: PREDICTION_FORMATS,
  default: 'table',
  describe: 'Format of the result',
} as const;

export const OUT_OPTION = { type: 'string', describe: 'File for the result, instead of standard output' } as const;

export const JSON_OPTION = { type: 'boolean', default: false, describe: 'Print everything as JSON' } as const;

export const RESUME_OPTION = {
  type: 'boolean',
  default: true,
  describe: 'Continue an interrupted run; --no-resume starts again',
} as const;
