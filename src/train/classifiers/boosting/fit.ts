import { createRandom } from '../../../random.ts';
import type { Epoch, Fit, FitContext, Samples, Shape } from '../classifier.ts';
import { binFeatures } from '../trees/bins.ts';
import { checkFeatureCount, writeTrees } from '../trees/files.ts';
import { growTree } from '../trees/grow.ts';
import { createPauses } from '../trees/pauses.ts';
import { addLeaves, buildTrees, joinTrees, type Trees } from '../trees/trees.ts';
import type { BoostingNotes, BoostingOptions } from './boosting.ts';
import { derivativeCriterion } from './derivatives.ts';
import { boostingProbabilities } from './probabilities.ts';
import { evaluate, scoredRows, sharesOf } from './scoredRows.ts';

/**
 * `Classifier.fit`: adds a tree per class and round until the loss on the validation rows has not fallen for some rounds, and keeps the
 * rounds up to the best one. A refit does as many rounds as the first run kept.
 */
export async function fitClassifier(
  shape: Shape,
  train: Samples,
  validation: Samples | undefined,
  options: BoostingOptions,
  { seed, refitOf, signal, onProgress }: FitContext<BoostingNotes>,
): Promise<Fit<BoostingNotes>> {
  const { features, classes } = shape;
  const { shrinkage, rowShare, columnShare, stopAfter } = options;
  checkFeatureCount(features);
  const rows = scoredRows(train, classes);
  const held = validation && scoredRows(validation, classes);
  const binned = binFeatures(train.x, features, rows.index, rows.weights);
  const derivatives = { first: new Float64Array(rows.index.length), second: new Float64Array(rows.index.length) };
  const shares = sharesOf(rows, classes);
  rows.index.forEach((_, i) => rows.probabilities.set(shares, i * classes));

  const total = refitOf?.notes.rounds ?? options.rounds;
  const pause = createPauses();
  const parts: Trees[] = [];
  const history: Epoch[] = [];
  let best = { rounds: 0, loss: Infinity };
  for (let round = 1; round <= total; round++) {
    const learnt = new Uint8Array(rows.index.length);
    for (const i of drawn(learnt.length, rowShare, `${seed}/rows/${round}`)) learnt[i] = 1;
    const builder = buildTrees(1);
    for (let of = 0; of < classes; of++) {
      await pause();
      signal?.throwIfAborted();
      for (let i = 0; i < learnt.length; i++) {
        const p = rows.probabilities[i * classes + of];
        const weight = learnt[i] * rows.weights[i];
        derivatives.first[i] = weight * (rows.y[i] === of ? p - 1 : p);
        derivatives.second[i] = weight * p * (1 - p);
      }
      // The first tree of a class also contains its score before any round.
      const criterion = derivativeCriterion(derivatives, options, round === 1 ? Math.log(shares[of]) : 0);
      const columns = drawn(features, columnShare, `${seed}/columns/${round}/${of}`);
      const grow = { maxDepth: options.treeDepth, features: columns };
      growTree(binned, Uint32Array.from(learnt.keys()), criterion, grow, builder, (own, [value]) => {
        for (const i of own) rows.scores[i * classes + of] += value;
      });
    }
    const trees = builder.finish();
    parts.push(trees);
    const { loss, accuracy } = evaluate(rows, classes);
    const epoch: Epoch = { epoch: round, learningRate: shrinkage, loss, accuracy };
    if (validation && held) {
      held.index.forEach((row, i) => {
        addLeaves(trees, validation.x, row, features, held.scores.subarray(i * classes, (i + 1) * classes));
      });
      const figures = evaluate(held, classes);
      [epoch.validationLoss, epoch.validationAccuracy] = [figures.loss, figures.accuracy];
    }
    history.push(epoch);
    const figure = epoch.validationLoss ?? -round;
    if (figure < best.loss) best = { rounds: round, loss: figure };
    onProgress?.({ done: round, total, text: textOf(epoch), epoch });
    if (round - best.rounds >= stopAfter) break;
  }
  const trees = joinTrees(parts.slice(0, best.rounds));
  const leaves = (trees.features.length + trees.roots.length) / 2;
  return {
    model: {
      predictProba: boostingProbabilities(trees, shape),
      files: () => Promise.resolve(writeTrees('boosting', trees, shape)),
    },
    notes: { rows: rows.index.length, rounds: best.rounds, leaves },
    history,
  };
}

/** Some of the numbers below `count`, in ascending order, drawn without replacement. */
function drawn(count: number, share: number, seed: string): Uint32Array {
  const all = Uint32Array.from(Array(count).keys());
  if (share === 1) return all;
  const few = createRandom(seed)
    .shuffle(all)
    .slice(0, Math.max(1, Math.round(share * count)));
  return Uint32Array.from(few).sort();
}

function textOf({ loss, validationLoss, validationAccuracy }: Epoch): string {
  const held = validationLoss === undefined ? '' : `, validation ${validationLoss.toFixed(3)}, ${(100 * validationAccuracy!).toFixed(1)} % right`; // prettier-ignore
  return `loss ${loss.toFixed(3)}${held}`;
}
