import type { FamilyName } from './families.ts';

/** An option of `ser train` and `ser eval` as it is typed: `other-gender-weight`, `C`, `batchSize` for one of the classifier. */
type RecipeValue = string | number | boolean | readonly (string | number)[];

/** How the models of a family are trained: values of the options of `ser train`. Those that it does not name have their own defaults. */
export type Recipe = Readonly<Record<string, RecipeValue>> & {
  readonly classifier: string;
  readonly features: string;
};

const REFERENCE: Recipe = { classifier: 'cnn', features: 'librosa186', augmentation: true };

const DEFAULT: Recipe = {
  classifier: 'mlp',
  features: 'moonshine-functionals',
  augmentation: true,
  'copy-weight': 0.6,
  networks: 2,
  units: 128,
  epochs: 10,
  batchSize: 256,
  learningRate: 0.004,
  clip: 3,
  also: ['crema-d', 'librispeech'],
  'also-weight': [0.3, 0.1],
  'other-gender-weight': 0.3,
  'validation-by': 'speaker',
  'validation-also': true,
  'least-temperature': 1,
};

/**
 * The recipe of each family: `ser train`, `ser reproduce` and the cross-validation of `ser eval` follow it unless a classifier, features or a table
 * are given. To change what the default models are, change it here and train them.
 */
export const RECIPES: Readonly<Record<FamilyName, Recipe>> = {
  default: DEFAULT,
  reference: REFERENCE,
  adapted: { ...DEFAULT, 'speaker-adapt': true },
  open: {
    ...DEFAULT,
    protocol: 'cross-corpus-ravdess',
    table: 'crema-d',
    also: ['emodb', 'librispeech'],
    'also-weight': [1, 0.15],
  },
};
