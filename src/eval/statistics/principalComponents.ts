import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { SerError } from '../../error.ts';
import { createRandom } from '../../random.ts';

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
  const { variances, vectors } = largestEigenvectors(x, columns, components);
  const weights = vectors.map(largestPositive);
  const total = dot(x, x) / rows;
  return {
    coordinates: Array.from({ length: rows }, (_, row) => weights.map((weight) => dot(rowOf(x, columns, row), weight))),
    explained: variances.map((variance) => (total > 0 ? variance / total : 0)),
  };
}

/** Largest error of an eigenvalue's equation, as a share of the largest eigenvalue. */
const TOLERANCE = 1e-12;
/** Steps between two looks at the error. */
const STEPS = 20;

/**
 * Eigenvectors of the correlation matrix xᵀx / rows with the largest eigenvalues, in descending order, by the method of Lanczos (Golub & Van Loan, Matrix
 * Computations, section 10.3): an orthonormal basis grows by the product of the matrix and its last vector, until the eigenvectors
 * within it are those of the matrix. The matrix itself, which may be large, is not formed.
 */
function largestEigenvectors(
  x: Float64Array,
  columns: number,
  count: number,
): { variances: number[]; vectors: Float64Array[] } {
  const random = createRandom('principal components');
  const anyOther = (basis: readonly Float64Array[]): Float64Array =>
    unit(
      orthogonal(
        Float64Array.from({ length: columns }, () => random.normal()),
        basis,
      ),
    );
  const basis = [anyOther([])];
  const diagonal: number[] = [];
  const beside: number[] = [];
  for (;;) {
    const last = basis.at(-1)!;
    const product = correlationTimes(x, columns, last);
    diagonal.push(dot(product, last));
    const rest = orthogonal(product, basis);
    const length = Math.sqrt(dot(rest, rest));
    const isWhole = basis.length === columns;
    if (isWhole || basis.length % STEPS === 0) {
      const { realEigenvalues, eigenvectorMatrix } = eigenvaluesOf(diagonal, beside);
      const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]).slice(0, count); // prettier-ignore
      const error = Math.max(...order.map((i) => Math.abs(length * eigenvectorMatrix.get(basis.length - 1, i))));
      if (isWhole || (basis.length >= count && error <= TOLERANCE * realEigenvalues[order[0]])) {
        return {
          variances: order.map((i) => realEigenvalues[i]),
          vectors: order.map((i) => combined(basis, eigenvectorMatrix.getColumn(i))),
        };
      }
    }
    // Where the matrix leads nowhere new, what is left is sought from anywhere else.
    const isNew = length > Number.EPSILON * columns * diagonal[0];
    beside.push(isNew ? length : 0);
    basis.push(isNew ? unit(rest) : anyOther(basis));
  }
}

/** xᵀ(x v) / rows */
function correlationTimes(x: Float64Array, columns: number, v: Float64Array): Float64Array {
  const product = new Float64Array(columns);
  const rows = x.length / columns;
  for (let row = 0; row < rows; row++) {
    const values = rowOf(x, columns, row);
    add(product, dot(values, v) / rows, values);
  }
  return product;
}

/** The part of a vector that is orthogonal to all of an orthonormal basis; twice, because once leaves errors of rounding. */
function orthogonal(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  for (let turn = 0; turn < 2; turn++) for (const other of basis) add(vector, -dot(vector, other), other);
  return vector;
}

/** Of the symmetric tridiagonal matrix. */
function eigenvaluesOf(diagonal: readonly number[], beside: readonly number[]): EigenvalueDecomposition {
  const matrix = Matrix.diag([...diagonal]);
  for (let i = 0; i + 1 < diagonal.length; i++) matrix.set(i, i + 1, beside[i]).set(i + 1, i, beside[i]);
  return new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
}

function combined(basis: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(basis[0].length);
  basis.forEach((vector, i) => add(sum, weights[i], vector));
  return unit(sum);
}

const rowOf = (x: Float64Array, columns: number, row: number): Float64Array =>
  x.subarray(row * columns, (row + 1) * columns);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** sum += factor vector */
function add(sum: Float64Array, factor: number, vector: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += factor * vector[i];
}

/** The vector at length 1; 0 stays 0. */
function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

function standardise(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const x = new Float64Array(rows * columns);
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
    for (let row = 0; row < rows; row++) {
      const at = row * columns + column;
      x[at] = (values[at] - mean) / deviation;
    }
  }
  return x;
}

/** The sign of an eigenvector is arbitrary. */
function largestPositive(vector: Float64Array): Float64Array {
  const largest = vector.reduce((at, value, i) => (Math.abs(value) > Math.abs(vector[at]) + 1e-12 ? i : at), 0);
  return vector[largest] < 0 ? vector.map((value) => -value) : vector;
}
