import type { Random } from '../../../random.ts';
import { type Binned, middle } from './bins.ts';
import type { TreesBuilder } from './trees.ts';

/** A split of a node's rows between two of a feature's bins that they fill. */
export interface Split {
  gain: number;
  /** Last bin of the left side. */
  low: number;
  /** First bin of the right side. */
  high: number;
}

/** Statistics of the rows of a node, by which a tree is grown. */
export interface Criterion {
  /** Takes the rows of a node. @returns whether it may be split */
  enter(rows: Uint32Array): boolean;
  /**
   * The best split of the node's rows by a feature.
   * @param column  the bin of every row
   * @returns valid until the next call; gain −Infinity if there is none
   */
  split(column: Uint8Array): Readonly<Split>;
  /** Values of a leaf with these rows. */
  leaf(): number[];
}

export interface GrowOptions {
  /** Most splits from the root to a leaf. */
  maxDepth: number;
  /** Features that may be used. They are reordered if some are drawn. */
  features: Uint32Array;
  /** Number of features drawn for each node; more if none of them splits it. Default: all are tried, in their order. */
  draw?: { count: number; random: Random };
}

/**
 * Grows one tree, depth first, each node by the best split of the features tried.
 * @param rows  rows of the tree; they are reordered
 * @param onLeaf  called for each leaf with its rows and values
 */
export function growTree(
  binned: Binned,
  rows: Uint32Array,
  criterion: Criterion,
  options: GrowOptions,
  tree: TreesBuilder,
  onLeaf?: (rows: Uint32Array, values: readonly number[]) => void,
): void {
  const spare = new Uint32Array(rows.length);
  const waiting = [{ own: rows, depth: 0 }];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const { own, depth } = node;
    const split = criterion.enter(own) && depth < options.maxDepth ? bestSplit(binned, criterion, options) : undefined;
    if (split) {
      const { feature, low, high } = split;
      const edges = binned.edges[feature];
      const threshold = middle(edges[low], edges[high - 1]);
      const left = partition(own, binned.columns[feature], low, spare);
      tree.split(feature, threshold);
      waiting.push({ own: own.subarray(left), depth: depth + 1 }, { own: own.subarray(0, left), depth: depth + 1 });
    } else {
      const values = criterion.leaf();
      tree.leaf(values);
      onLeaf?.(own, values);
    }
  }
}

function bestSplit(
  { columns }: Binned,
  criterion: Criterion,
  { features, draw }: GrowOptions,
): (Split & { feature: number }) | undefined {
  const best = { gain: -Infinity, low: 0, high: 0, feature: -1 };
  const tried = draw?.count ?? features.length;
  for (let i = 0; i < features.length && (i < tried || best.feature < 0); i++) {
    if (draw) {
      const j = i + draw.random.integer(features.length - i);
      [features[i], features[j]] = [features[j], features[i]];
    }
    const { gain, low, high } = criterion.split(columns[features[i]]);
    if (gain > best.gain) [best.gain, best.low, best.high, best.feature] = [gain, low, high, features[i]];
  }
  return best.feature < 0 ? undefined : best;
}

/** Moves the rows whose bin is at most `low` to the front; keeps the order within both sides. @returns their number */
function partition(rows: Uint32Array, column: Uint8Array, low: number, spare: Uint32Array): number {
  let [left, right] = [0, 0];
  for (const row of rows) {
    if (column[row] <= low) rows[left++] = row;
    else spare[right++] = row;
  }
  rows.set(spare.subarray(0, right), left);
  return left;
}
