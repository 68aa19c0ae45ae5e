/** Most bins per feature: an index fits a byte. */
export const BINS = 256;

/** The values of every feature in ascending bins of about the same weight. */
export interface Binned {
  /** Bin of each row's value, for each feature. */
  columns: Uint8Array[];
  /** Upper edges of each feature's bins except for the last: bin b contains the values above edge b − 1, up to edge b. */
  edges: Float32Array[];
}

/**
 * Bins the features of some rows: one bin for each distinct value of a feature if there are at most 256, else 256 of about the same
 * weight. An edge lies in the middle between two neighbouring values.
 * @param x  row-major
 * @param rows  the rows to bin; row r of the result is rows[r]
 * @param weights  of these rows, above 0
 */
export function binFeatures(x: Float32Array, features: number, rows: Uint32Array, weights: Float64Array): Binned {
  const columns = Array.from({ length: features }, () => new Uint8Array(rows.length));
  const values = new Float32Array(rows.length);
  const edges = columns.map((column, feature) => {
    for (let r = 0; r < rows.length; r++) values[r] = x[rows[r] * features + feature];
    const own = edgesOf(values, weights);
    for (let r = 0; r < rows.length; r++) column[r] = lowerBound(own, values[r]);
    return own;
  });
  return { columns, edges };
}

function edgesOf(values: Float32Array, weights: Float64Array): Float32Array {
  const distinct = values.slice().sort();
  let count = 0;
  for (const value of distinct) if (count === 0 || value !== distinct[count - 1]) distinct[count++] = value;
  const edge = (i: number): number => middle(distinct[i], distinct[i + 1]);
  if (count <= BINS) return Float32Array.from({ length: count - 1 }, (_, i) => edge(i));

  const own = new Float64Array(count);
  const known = distinct.subarray(0, count);
  let left = 0;
  values.forEach((value, r) => {
    own[lowerBound(known, value)] += weights[r];
    left += weights[r];
  });
  const edges: number[] = [];
  let inBin = 0;
  for (let i = 0; i < count - 1 && edges.length < BINS - 1; i++) {
    inBin += own[i];
    // The share of what is left: a value that fills several bins does not leave the others smaller.
    if (inBin < left / (BINS - edges.length)) continue;
    edges.push(edge(i));
    left -= inBin;
    inBin = 0;
  }
  return Float32Array.from(edges);
}

/** At least `low` and below `high`, also where no float32 lies between them. */
export function middle(low: number, high: number): number {
  const value = Math.fround(low + (high - low) / 2);
  return value < high ? value : low;
}

/** Index of the first of the ascending numbers that is not below `value`. */
function lowerBound(ascending: Float32Array, value: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const half = (from + to) >>> 1;
    if (ascending[half] < value) from = half + 1;
    else to = half;
  }
  return from;
}
