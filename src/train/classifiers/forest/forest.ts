import * as v from 'valibot';
import { count, finite } from '../../../files/json.ts';
import type { Classifier } from '../classifier.ts';
import { parametersOf, readTrees } from '../trees/files.ts';
import { forestProbabilities } from './probabilities.ts';

export interface ForestOptions {
  /** Number of trees. */
  trees: number;
  /** Features tried at each split, drawn at random: their number, or `sqrt` of all. */
  splitFeatures: number | 'sqrt';
  /** Least weight of the rows in a leaf. */
  minLeaf: number;
  /** Most splits from the root to a leaf; 0: no limit. */
  maxDepth: number;
  /** Whether each tree learns from as many rows as there are, drawn with replacement. */
  bootstrap: boolean;
  /** `balanced`: rows of rare classes count for more, so that all classes have the same weight. */
  classWeight: 'none' | 'balanced';
}

export interface ForestNotes {
  rows: number;
  trees: number;
  /** Of all trees. */
  leaves: number;
}

const some = v.pipe(count, v.minValue(1, 'must be 1 or more'));

/** A random forest (Breiman, 2001) on binned features; default options are scikit-learn's except for the number of trees. */
export const forest: Classifier<ForestOptions, ForestNotes> = {
  name: 'forest',
  accepts: ['functionals'],
  augmentation: false,
  options: {
    trees: { schema: some, default: 300, describe: 'Number of trees' },
    splitFeatures: {
      schema: v.union([v.literal('sqrt'), some]),
      default: 'sqrt',
      describe: 'Features tried at each split, drawn at random; sqrt: the square root of their number',
      search: { low: 5, high: 100, scale: 'log' },
    },
    minLeaf: {
      schema: v.pipe(finite, v.gtValue(0, 'must be above 0')),
      default: 1,
      describe: 'Least weight of the rows in a leaf',
      search: { choices: [1, 2, 3, 5, 10] },
    },
    maxDepth: { schema: count, default: 0, describe: 'Most splits from the root to a leaf; 0: no limit' },
    bootstrap: {
      schema: v.boolean(),
      default: true,
      describe: 'Whether each tree learns from rows drawn with replacement',
    },
    classWeight: {
      schema: v.picklist(['none', 'balanced']),
      default: 'none',
      describe: 'balanced: rows of rare classes count for more',
      search: { choices: ['none', 'balanced'] },
    },
  },
  fit: async (...args) => (await import('./fit.ts')).fitClassifier(...args),
  describe: ({ notes: { rows, trees, leaves } }, { splitFeatures, minLeaf, maxDepth, bootstrap, classWeight }) =>
    `A random forest (Breiman, 2001) of ${trees} trees by Gini impurity, whose probabilities are averaged. ` +
    `${bootstrap ? `Each tree learns from as many rows as there are, drawn with replacement from ${format(rows)}` : `All trees learn from ${format(rows)} rows`}` +
    `; each split is the best of ${splitFeatures === 'sqrt' ? 'the square root of the number of' : splitFeatures} features drawn at random` +
    `${maxDepth > 0 ? `, at most ${maxDepth} one after the other` : ''}${minLeaf === 1 ? '' : `, with leaves of weight ${minLeaf} or more`}` +
    `${classWeight === 'balanced' ? '; all classes have the same weight' : ''}. Leaves: ${format(leaves)}.`,
  open: (files, shape) => {
    const trees = readTrees(files, 'forest', shape, shape.classes);
    return { predictProba: forestProbabilities(trees, shape), parameters: parametersOf(trees) };
  },
};

const format = (value: number): string => value.toLocaleString('en');
