import { createRandom, type Random } from '../../../random.ts';
import type { Fit, FitContext, Samples, Shape } from '../classifier.ts';
import { balanceOf, weightedRows } from '../rowWeights.ts';
import { binFeatures } from '../trees/bins.ts';
import { checkFeatureCount, writeTrees } from '../trees/files.ts';
import { growTree } from '../trees/grow.ts';
import { createPauses } from '../trees/pauses.ts';
import { buildTrees } from '../trees/trees.ts';
import type { ForestNotes, ForestOptions } from './forest.ts';
import { giniCriterion } from './gini.ts';
import { forestProbabilities } from './probabilities.ts';

/** `Classifier.fit`. Validation rows are not used. */
export async function fitClassifier(
  shape: Shape,
  train: Samples,
  _validation: Samples | undefined,
  options: ForestOptions,
  { seed, signal, onProgress }: FitContext<ForestNotes>,
): Promise<Fit<ForestNotes>> {
  const { features, classes } = shape;
  const { trees: total, splitFeatures, minLeaf, bootstrap, classWeight } = options;
  checkFeatureCount(features);
  const used = weightedRows(train);
  const y = Uint8Array.from(used, (row) => train.y[row]);
  const weights = Float64Array.from(used, (row) => train.weights?.[row] ?? 1);
  const binned = binFeatures(train.x, features, used, weights);
  if (classWeight === 'balanced') balance(weights, y, classes);

  const pause = createPauses();
  const builder = buildTrees(classes);
  for (let tree = 0; tree < total; tree++) {
    await pause();
    signal?.throwIfAborted();
    const random = createRandom(`${seed}/tree/${tree}`);
    const own = bootstrap ? redraw(weights, random) : weights;
    const growOptions = {
      maxDepth: options.maxDepth || Infinity,
      features: Uint32Array.from(Array(features).keys()),
      draw: { count: splitFeatures === 'sqrt' ? Math.max(1, Math.floor(Math.sqrt(features))) : splitFeatures, random },
    };
    const rows = Uint32Array.from(own.keys()).filter((row) => own[row] > 0);
    growTree(binned, rows, giniCriterion(y, own, classes, minLeaf), growOptions, builder);
    onProgress?.({ done: tree + 1, total, text: 'trees' });
  }
  const trees = builder.finish();
  return {
    model: {
      predictProba: forestProbabilities(trees, shape),
      files: () => Promise.resolve(writeTrees('forest', trees, shape)),
    },
    notes: { rows: used.length, trees: total, leaves: (trees.features.length + total) / 2 },
  };
}

/** Gives all classes the same weight. */
function balance(weights: Float64Array, y: Uint8Array, classes: number): void {
  const totals = new Array<number>(classes).fill(0);
  y.forEach((of, row) => (totals[of] += weights[row]));
  const factors = balanceOf(totals);
  y.forEach((of, row) => (weights[row] *= factors[of]));
}

/** The rows' weights times the number of times that each was drawn, of as many draws with replacement as there are rows. */
function redraw(weights: Float64Array, random: Random): Float64Array {
  const drawn = new Float64Array(weights.length);
  for (let left = weights.length; left > 0; left--) {
    const row = random.integer(weights.length);
    drawn[row] += weights[row];
  }
  return drawn;
}
