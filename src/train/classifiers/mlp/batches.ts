import type { Values } from '../../../data/tables/values.ts';
import type { Random } from '../../../random.ts';
import { createMasks, type Masks } from '../../engine/dropout.ts';
import { type Labels, labelsOf, smoothedLabels } from '../../network/crossEntropy.ts';
import type { Samples, Shape } from '../classifier.ts';
import { limit } from './files.ts';

export interface BatchOptions {
  batchSize: number;
  clip: number;
  inputDropout: number;
  mixup: number;
  smoothing: number;
}

export interface Batch {
  /** rows × features */
  x: Float32Array;
  labels: Labels;
  /** rows × classes: the shares of the classes in the label of a mixed row. */
  shares: Float64Array;
  /** Dropout of the hidden layers. */
  masks: Masks;
}

/**
 * The batches of an epoch, one for each generator of random numbers at a time: rows in random order, mixed in pairs
 * (Zhang et al., 2018), with some of the features dropped.
 */
export function* trainingBatches(
  samples: Samples<Values>,
  rows: ArrayLike<number>,
  shape: Shape,
  options: BatchOptions,
  randoms: readonly Random[],
): Generator<Batch[]> {
  const runs = randoms.map((random) => ({ random, order: random.shuffle(rows), masks: createMasks(random) }));
  for (let from = 0; from < rows.length; from += options.batchSize) {
    yield runs.map(({ random, order, masks }) =>
      batchOf(samples, order.slice(from, from + options.batchSize), shape, options, random, masks),
    );
  }
}

function batchOf(
  samples: Samples<Values>,
  rows: readonly number[],
  { features, classes }: Shape,
  { clip, inputDropout, mixup, smoothing }: BatchOptions,
  random: Random,
  masks: Masks,
): Batch {
  const labels = labelsOf(samples, rows, classes);
  const own = smoothedLabels(labels, classes, smoothing);
  const shares = own.slice();
  const x = masks(rows.length * features, inputDropout);
  const vectors = rows.map((row) => samples.x.subarray(row * features, (row + 1) * features));
  const partners = mixup > 0 ? partnersOf(labels, classes, random) : rows.keys();
  [...partners].forEach((partner, i) => {
    const drawn = mixup > 0 ? random.beta(mixup) : 1;
    const share = Math.max(drawn, 1 - drawn);
    const [a, b] = [vectors[i], vectors[partner]];
    for (let j = 0, to = i * features; j < features; j++, to++) {
      const mixed = share * limit(a[j], clip) + (1 - share) * limit(b[j], clip);
      x[to] *= mixed;
    }
    for (let c = 0; c < classes; c++) {
      shares[i * classes + c] = share * own[i * classes + c] + (1 - share) * own[partner * classes + c];
    }
  });
  return { x, labels, shares, masks };
}

/** For each row another one, or itself, that distinguishes the same classes: its label says something about each of them. */
function partnersOf({ y, classes }: Labels, count: number, random: Random): number[] {
  const groups = new Map<string, number[]>();
  for (const row of y.keys()) {
    const key = classes ? classes.subarray(row * count, (row + 1) * count).join('') : '';
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const partners: number[] = [];
  for (const rows of groups.values()) {
    random.shuffle(rows).forEach((partner, i) => (partners[rows[i]] = partner));
  }
  return partners;
}
