import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { SerError } from '../../error.ts';

export interface PrincipalComponentsInput {
  /** rows × columns, row-major. */
  values: ArrayLike<number>;
  columns: number;
  /** Number of components. Default 2. */
  components?: number;
}

export interface PrincipalComponents {
  /** Scores of every row on each component: rows × components. */
  coordinates: number[][];
  /** Share of the variance of all columns explained by each component; in descending order. */
  explained: number[];
}

/**
 * Principal components of standardised columns; a constant column counts as 0. Matches scikit-learn 1.5.2's
 * `PCA(n, svd_solver='full')` on `StandardScaler`'s output within 1e-9, except for the sign: here the largest weight of a component is
 * positive (the first of equally large ones), so that the same table gives the same picture.
 * @throws {SerError} `table` for fewer than two rows, values that are not whole rows or not finite, or more components than columns
 * @example
 * const { scores, explained } = principalComponents({ values: [1, 2, 2, 4, 3, 6.5], columns: 2, components: 1 });
 * explained // → [0.999]
 */
export function principalComponents({
  values,
  columns,
  components = 2,
}: PrincipalComponentsInput): PrincipalComponents {
  const rows = values.length / columns;
  if (!(Number.isInteger(rows) && rows > 1)) {
    throw new SerError('table', `${values.length} values are not two or more rows of ${columns} columns.`);
  }
  if (!(Number.isInteger(components) && components >= 1 && components <= columns)) {
    throw new SerError('table', `${columns} columns have 1 to ${columns} components, not ${components}.`);
  }
  const x = standardise(values, rows, columns);
  const { values: variances, vectors, total } = largestEigenvectors(x, components);
  const weights = new Matrix(vectors.map(largestPositive)).transpose();
  return {
    coordinates: x.mmul(weights).to2DArray(),
    explained: variances.map((variance) => (total > 0 ? variance / total : 0)),
  };
}

/**
 * Of the correlation matrix xᵀx / rows, in descending order of the eigenvalues, with the sum of all eigenvalues. Where x has fewer rows than columns,
 * xxᵀ has the same ones and is smaller: an eigenvector u of it belongs to xᵀu.
 */
function largestEigenvectors(x: Matrix, count: number): { values: number[]; vectors: number[][]; total: number } {
  const isWide = x.rows < x.columns && x.rows >= count;
  const turned = x.transpose();
  const product = isWide ? x.mmul(turned) : turned.mmul(x);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(product.div(x.rows), { assumeSymmetric: true }); // prettier-ignore
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const chosen = order.slice(0, count);
  const vectors = chosen.map((i) => eigenvectorMatrix.getColumn(i));
  return {
    values: chosen.map((i) => realEigenvalues[i]),
    vectors: isWide ? vectors.map((vector) => unit(turned.mmul(Matrix.columnVector(vector)).to1DArray())) : vectors, // prettier-ignore
    total: realEigenvalues.reduce((sum, value) => sum + value, 0),
  };
}

/** The vector at length 1; 0 stays 0. */
function unit(vector: number[]): number[] {
  const length = Matrix.columnVector(vector).norm();
  return length > 0 ? vector.map((value) => value / length) : vector;
}

function standardise(values: ArrayLike<number>, rows: number, columns: number): Matrix {
  const x = new Matrix(rows, columns);
  for (let column = 0; column < columns; column++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += values[row * columns + column] / rows;
    let variance = 0;
    for (let row = 0; row < rows; row++) variance += (values[row * columns + column] - mean) ** 2 / rows;
    if (!Number.isFinite(variance)) {
      throw new SerError('table', `column ${column + 1} has a value that is not a finite number.`);
    }
    // Rounding errors of a constant column are not variance.
    const deviation = variance > (Number.EPSILON * mean) ** 2 * rows ? Math.sqrt(variance) : Infinity;
    for (let row = 0; row < rows; row++) x.set(row, column, (values[row * columns + column] - mean) / deviation);
  }
  return x;
}

/** The sign of an eigenvector is arbitrary. */
function largestPositive(vector: number[]): number[] {
  const largest = vector.reduce((at, value, i) => (Math.abs(value) > Math.abs(vector[at]) + 1e-12 ? i : at), 0);
  return vector[largest] < 0 ? vector.map((value) => -value) : vector;
}
