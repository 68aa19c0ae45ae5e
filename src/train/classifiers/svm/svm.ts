import * as v from 'valibot';
import { finite } from '../../../files/json.ts';
import type { Classifier } from '../classifier.ts';
import { readSvm } from './files.ts';
import { svmProbabilities } from './machine.ts';

export interface SvmOptions {
  /** Cost of a row on the wrong side of the margin: larger values fit the training rows more closely. */
  C: number;
  /**
   * Parameter of the kernel exp(−gamma · ‖x − v‖²). `scale`: 1 / (features · variance of all training values), which is 1 / features for
   * standardised ones.
   */
  gamma: number | 'scale';
  /** `balanced`: rows of rare classes cost more, so that all classes have the same weight. */
  classWeight: 'none' | 'balanced';
}

export interface SvmNotes {
  gamma: number;
  /** Training rows, and the number of support vectors among them. */
  rows: number;
  vectors: number;
}

const positive = v.pipe(finite, v.gtValue(0, 'must be above 0'));

/** A support vector machine with RBF kernel for each pair of classes; default options are scikit-learn's except for C. */
export const svm: Classifier<SvmOptions, SvmNotes> = {
  name: 'svm',
  accepts: ['functionals'],
  augmentation: false,
  options: {
    C: {
      schema: positive,
      default: 3,
      describe: 'Cost of a row on the wrong side of the margin; larger: closer to the training rows',
      search: { low: 0.3, high: 30, scale: 'log' },
    },
    gamma: {
      schema: v.union([v.literal('scale'), positive]),
      default: 'scale',
      describe: 'Width of the RBF kernel exp(-gamma d²); scale: 1 / (features x variance)',
      search: { low: 1e-4, high: 2e-2, scale: 'log' },
    },
    classWeight: {
      schema: v.picklist(['none', 'balanced']),
      default: 'none',
      describe: 'balanced: rows of rare classes cost more',
    },
  },
  fit: async (...args) => (await import('./fit.ts')).fitClassifier(...args),
  describe: ({ notes: { gamma, rows, vectors } }, { C, classWeight }) =>
    `A support vector machine with RBF kernel for each pair of classes (C ${C}, gamma ${Number(gamma.toPrecision(4))}` +
    `${classWeight === 'balanced' ? ', with equal weights for all classes' : ''}), whose probabilities are coupled (Price et al., 1995). Of ` +
    `${rows.toLocaleString('en')} training rows it keeps ${vectors.toLocaleString('en')} as support vectors.`,
  open: (files, shape) => {
    const model = readSvm(files, shape);
    const { vectors, beta, biases } = model;
    return { predictProba: svmProbabilities(model), parameters: vectors.data.length + beta.length + biases.length };
  },
};
