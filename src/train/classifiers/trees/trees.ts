/** In the place of a node's feature: the node is a leaf. */
export const LEAF = 0xffff;

/**
 * Decision trees, each in preorder: a node, its left subtree, its right subtree. A row goes left if its value is at most the
 * threshold.
 */
export interface Trees {
  /** Values per leaf. */
  width: number;
  /** First node of each tree. */
  roots: Uint32Array;
  /** The feature that a node asks for, or `LEAF`. */
  features: Uint16Array;
  thresholds: Float32Array;
  /** The right child of a node; of a leaf the row in `values`. */
  next: Uint32Array;
  /** Distinct leaves × width. */
  values: Float32Array;
}

/** Trees under construction; nodes are added in preorder. */
export interface TreesBuilder {
  /** Adds a node with two subtrees, which follow. */
  split(feature: number, threshold: number): void;
  leaf(values: readonly number[]): void;
  finish(): Trees;
}

/** @param width  values per leaf */
export function buildTrees(width: number): TreesBuilder {
  const [roots, features, thresholds, next, values]: number[][] = [[], [], [], [], []];
  /** Rows of `values` by content: most leaves of a forest are of one class. */
  const known = new Map<string, number>();
  /** Nodes of the current tree whose right subtree has not begun. */
  const open: number[] = [];
  let isNew = true;
  const add = (feature: number, threshold: number): number => {
    if (isNew) roots.push(features.length);
    isNew = false;
    features.push(feature);
    thresholds.push(threshold);
    return next.push(0) - 1;
  };
  return {
    split: (feature, threshold) => void open.push(add(feature, threshold)),
    leaf(own) {
      const node = add(LEAF, 0);
      const key = own.join();
      let row = known.get(key);
      if (row === undefined) {
        known.set(key, (row = known.size));
        values.push(...own);
      }
      next[node] = row;
      const parent = open.pop();
      if (parent === undefined) isNew = true;
      else next[parent] = node + 1;
    },
    finish: () => ({
      width,
      roots: Uint32Array.from(roots),
      features: Uint16Array.from(features),
      thresholds: Float32Array.from(thresholds),
      next: Uint32Array.from(next),
      values: Float32Array.from(values),
    }),
  };
}

/**
 * Adds the leaves that a row reaches to its sums. Leaves with one value belong to the outputs in turn: that of tree t to output
 * t modulo `sums.length`.
 * @param x  row-major, with `size` values per row
 * @param sums  of one row
 */
export function addLeaves(
  { width, roots, features, thresholds, next, values }: Trees,
  x: Float32Array,
  row: number,
  size: number,
  sums: Float64Array,
): void {
  const from = row * size;
  for (let tree = 0, output = 0; tree < roots.length; tree++) {
    let node = roots[tree];
    while (features[node] !== LEAF) node = x[from + features[node]] <= thresholds[node] ? node + 1 : next[node];
    const leaf = next[node] * width;
    for (let i = 0; i < width; i++) sums[output + i] += values[leaf + i];
    output = (output + width) % sums.length;
  }
}

/** Trees one after another. */
export function joinTrees(parts: readonly Trees[]): Trees {
  const { width } = parts[0];
  let [nodes, leaves] = [0, 0];
  const moved = parts.map((part) => {
    const roots = part.roots.map((root) => root + nodes);
    const next = part.next.map((to, node) => to + (part.features[node] === LEAF ? leaves : nodes));
    nodes += part.features.length;
    leaves += part.values.length / width;
    return { ...part, roots, next };
  });
  const all = (of: 'roots' | 'features' | 'thresholds' | 'next' | 'values'): number[] =>
    moved.flatMap((part) => Array.from(part[of]));
  return {
    width,
    roots: Uint32Array.from(all('roots')),
    features: Uint16Array.from(all('features')),
    thresholds: Float32Array.from(all('thresholds')),
    next: Uint32Array.from(all('next')),
    values: Float32Array.from(all('values')),
  };
}
