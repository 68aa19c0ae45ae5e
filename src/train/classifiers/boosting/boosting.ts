import * as v from 'valibot';
import { count, finite } from '../../../files/json.ts';
import type { Classifier } from '../classifier.ts';
import { parametersOf, readTrees } from '../trees/files.ts';
import { boostingProbabilities } from './probabilities.ts';

export interface BoostingOptions {
  /** Most rounds; each adds a tree per class. */
  rounds: number;
  /** Factor of each tree's values (shrinkage). */
  shrinkage: number;
  /** Most splits from the root of a tree to a leaf. */
  treeDepth: number;
  /** Added to the sum of second derivatives in the value of a leaf: larger values shrink leaves of few rows. */
  l2: number;
  /** Least sum of second derivatives of the rows in a leaf. */
  minChild: number;
  /** Share of the rows that each round learns from, drawn without replacement. */
  rowShare: number;
  /** Share of the features that each tree may use. */
  columnShare: number;
  /** Rounds without a lower loss on the validation rows before the training ends; the best round is the last one kept. */
  stopAfter: number;
}

export interface BoostingNotes {
  rows: number;
  /** Rounds kept. */
  rounds: number;
  /** Of all trees. */
  leaves: number;
}

const some = v.pipe(count, v.minValue(1, 'must be 1 or more'));
const positive = v.pipe(finite, v.gtValue(0, 'must be above 0'));
const share = v.pipe(positive, v.maxValue(1, 'must be 1 or less'));

/** Gradient boosting of trees on binned features, for the multinomial cross-entropy (Friedman, 2001; Chen & Guestrin, 2016). */
export const boosting: Classifier<BoostingOptions, BoostingNotes> = {
  name: 'boosting',
  accepts: ['functionals'],
  augmentation: false,
  options: {
    rounds: { schema: some, default: 300, describe: 'Most rounds; each adds a tree per class' },
    shrinkage: {
      schema: share,
      default: 0.1,
      describe: "Factor of each tree's values",
      search: { low: 0.03, high: 0.3, scale: 'log' },
    },
    treeDepth: {
      schema: some,
      default: 4,
      describe: 'Most splits from the root of a tree to a leaf',
      search: { low: 2, high: 6, scale: 'linear' },
    },
    l2: {
      schema: v.pipe(finite, v.minValue(0, 'must be 0 or more')),
      default: 1,
      describe: 'Added to the sum of second derivatives in the value of a leaf',
      search: { low: 0.1, high: 30, scale: 'log' },
    },
    minChild: {
      schema: positive,
      default: 3,
      describe: 'Least sum of second derivatives of the rows in a leaf',
      search: { low: 0.3, high: 10, scale: 'log' },
    },
    rowShare: {
      schema: share,
      default: 0.7,
      describe: 'Share of the rows that each round learns from',
      search: { low: 0.4, high: 1, scale: 'linear' },
    },
    columnShare: {
      schema: share,
      default: 0.1,
      describe: 'Share of the features that each tree may use',
      search: { low: 0.03, high: 0.5, scale: 'log' },
    },
    stopAfter: {
      schema: some,
      default: 20,
      describe: 'Rounds without a lower validation loss before the training ends',
    },
  },
  fit: async (...args) => (await import('./fit.ts')).fitClassifier(...args),
  describe: ({ notes: { rows, rounds, leaves } }, { shrinkage, treeDepth, l2, minChild, rowShare, columnShare }) =>
    `Gradient boosting of trees for the multinomial cross-entropy (Friedman, 2001; Chen & Guestrin, 2016): ${rounds} rounds of a tree per class, ` +
    `at most ${treeDepth} splits deep, shrinkage ${shrinkage}, L2 ${l2}, least sum of second derivatives in a leaf ${minChild}. Each round learns from ` +
    `${percent(rowShare)} of ${format(rows)} rows, each tree from ${percent(columnShare)} of the features. Leaves: ${format(leaves)}.`,
  open: (files, shape) => {
    const trees = readTrees(files, 'boosting', shape, 1);
    return { predictProba: boostingProbabilities(trees, shape), parameters: parametersOf(trees) };
  },
};

const format = (value: number): string => value.toLocaleString('en');
const percent = (value: number): string => `${Number((100 * value).toPrecision(3))} %`;
