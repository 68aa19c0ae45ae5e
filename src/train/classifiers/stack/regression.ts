import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { softmax } from '../../../data/temperature.ts';
import { regressionLogits } from './combine.ts';

/** Inputs, classes and weights of the rows from which a regression learns. */
export interface RegressionRows {
  inputs: readonly (readonly number[])[];
  y: ArrayLike<number>;
  weights: ArrayLike<number>;
}

/** Newton steps; some six are needed. */
const STEPS = 30;
const TOLERANCE = 1e-9;

/**
 * Multinomial logistic regression whose weights are drawn towards others: minimises the weighted mean cross-entropy +
 * penalty / 2 · ‖weights − prior‖² by Newton's method (K. P. Murphy: Machine Learning, 2012, 8.3.7). The minimum is unique.
 * @param prior  classes × inputs
 * @param penalty  above 0
 * @returns classes × inputs
 */
export function fitRegression(rows: RegressionRows, prior: readonly number[], penalty: number): number[] {
  let weights = [...prior];
  let current = objective(rows, weights, prior, penalty);
  for (let step = 0; step < STEPS; step++) {
    const { gradient, hessian } = derivatives(rows, weights, prior, penalty);
    const direction = new CholeskyDecomposition(hessian).solve(Matrix.columnVector(gradient)).to1DArray();
    const slope = direction.reduce((sum, value, i) => sum + value * gradient[i], 0);
    let length = 1;
    let next = weights;
    let value = current;
    for (; length > 1e-6; length /= 2) {
      next = weights.map((weight, i) => weight - length * direction[i]);
      value = objective(rows, next, prior, penalty);
      if (value <= current - 1e-4 * length * slope) break;
    }
    const gain = current - value;
    if (!(gain > 0)) break;
    [weights, current] = [next, value];
    if (gain < TOLERANCE) break;
  }
  return weights;
}

/** Weighted mean cross-entropy of a regression, in nats. */
export function regressionLoss({ inputs, y, weights: own }: RegressionRows, weights: readonly number[]): number {
  let [loss, whole] = [0, 0];
  inputs.forEach((input, row) => {
    const p = softmax(regressionLogits(weights, input), 1)[y[row]];
    loss -= own[row] * Math.log(Math.max(p, Number.MIN_VALUE));
    whole += own[row];
  });
  return loss / whole;
}

function objective(
  rows: RegressionRows,
  weights: readonly number[],
  prior: readonly number[],
  penalty: number,
): number {
  const distance = weights.reduce((sum, weight, i) => sum + (weight - prior[i]) ** 2, 0);
  return regressionLoss(rows, weights) + (penalty / 2) * distance;
}

function derivatives(
  { inputs, y, weights: own }: RegressionRows,
  weights: readonly number[],
  prior: readonly number[],
  penalty: number,
): { gradient: number[]; hessian: Matrix } {
  const size = inputs[0].length;
  const classes = weights.length / size;
  const gradient = weights.map((weight, i) => penalty * (weight - prior[i]));
  const width = weights.length;
  const hessian = new Float64Array(width * width);
  let whole = 0;
  for (let row = 0; row < inputs.length; row++) whole += own[row];
  inputs.forEach((input, row) => {
    const share = own[row] / whole;
    const p = softmax(regressionLogits(weights, input), 1);
    for (let a = 0; a < classes; a++) {
      const error = share * (p[a] - (y[row] === a ? 1 : 0));
      for (let i = 0; i < size; i++) gradient[a * size + i] += error * input[i];
      for (let b = 0; b <= a; b++) {
        const curvature = share * p[a] * ((a === b ? 1 : 0) - p[b]);
        for (let i = 0; i < size; i++) {
          const line = (a * size + i) * width + b * size;
          const factor = curvature * input[i];
          for (let j = 0; j < size; j++) hessian[line + j] += factor * input[j];
        }
      }
    }
  });
  const matrix = new Matrix(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      const value = hessian[i * width + j] + (i === j ? penalty : 0);
      matrix.set(i, j, value);
      matrix.set(j, i, value);
    }
  }
  return { gradient, hessian: matrix };
}
