import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { SerError } from '../error.ts';

export interface LogisticOptions {
  /** Weight of ½‖w‖² against the summed log loss; scikit-learn's 1 / C. The intercept is not penalised. Default 1. */
  l2?: number;
  /** Newton steps at the most. Default 50. */
  maxIterations?: number;
  /** Stops once the longest component of the gradient, divided by the rows, is smaller. Default 1e-9. */
  tolerance?: number;
}

/** Decision function: `intercept + weights · x`, the log odds of class 1. */
export interface LogisticModel {
  weights: number[];
  intercept: number;
}

/**
 * Binary logistic regression with an L2 penalty, by Newton's method with step halving.
 * Matches `sklearn.linear_model.LogisticRegression(C=1 / l2)` 1.5 at its optimum within 1e-5.
 * @param x  rows × size, row-major; standardised columns converge best
 * @param y  class of each row, 0 or 1
 * @throws {SerError} `model` unless both classes are there and the sizes agree
 */
export function fitLogistic(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { l2 = 1, maxIterations = 50, tolerance = 1e-9 }: LogisticOptions = {},
): LogisticModel {
  const rows = y.length;
  const size = x.length / rows;
  const positives = Array.from(y).filter((label) => label === 1).length;
  if (!Number.isInteger(size) || positives === 0 || positives === rows) {
    throw new SerError(
      'model',
      `A logistic model needs rows of one length and both classes: got ${x.length} values for ${rows} rows, ` +
        `${positives} of them of class 1.`,
    );
  }

  // One column of ones beside the features makes the intercept a weight like the others, but for the penalty.
  const width = size + 1;
  const design = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < size; i++) design[row * width + i] = x[row * size + i];
    design[row * width + size] = 1;
  }

  let theta = new Float64Array(width);
  let loss = penalisedLoss(design, y, theta, l2);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const { gradient, hessian } = derivatives(design, y, theta, l2);
    if (Math.max(...gradient.map(Math.abs)) / rows < tolerance) break;
    const direction = new CholeskyDecomposition(hessian).solve(Matrix.columnVector(gradient)).to1DArray();
    let step = 1;
    let next = theta;
    let nextLoss = Infinity;
    while (step > 1e-8) {
      next = theta.map((value, i) => value - step * direction[i]);
      nextLoss = penalisedLoss(design, y, next, l2);
      if (nextLoss <= loss) break;
      step /= 2;
    }
    if (!(nextLoss < loss)) break; // at the optimum to machine precision
    theta = next;
    loss = nextLoss;
  }
  return { weights: Array.from(theta.subarray(0, size)), intercept: theta[size] };
}

/** Probability of class 1 for one vector. */
export function logisticProbability({ weights, intercept }: LogisticModel, vector: ArrayLike<number>): number {
  let logit = intercept;
  for (let i = 0; i < weights.length; i++) logit += weights[i] * vector[i];
  return sigmoid(logit);
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function logits(design: Float64Array, theta: Float64Array): Float64Array {
  const width = theta.length;
  const result = new Float64Array(design.length / width);
  for (let row = 0; row < result.length; row++) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += design[row * width + i] * theta[i];
    result[row] = sum;
  }
  return result;
}

function penalisedLoss(design: Float64Array, y: ArrayLike<number>, theta: Float64Array, l2: number): number {
  let loss = 0;
  for (const weight of theta.subarray(0, -1)) loss += 0.5 * l2 * weight * weight;
  logits(design, theta).forEach((logit, row) => {
    const signed = y[row] === 1 ? logit : -logit;
    loss += Math.max(0, -signed) + Math.log1p(Math.exp(-Math.abs(signed))); // log(1 + e^-signed) without overflow
  });
  return loss;
}

function derivatives(design: Float64Array, y: ArrayLike<number>, theta: Float64Array, l2: number) {
  const width = theta.length;
  const gradient = Array.from(theta, (weight, i) => (i < width - 1 ? l2 * weight : 0));
  const upper = new Float64Array(width * width);
  logits(design, theta).forEach((logit, row) => {
    const p = sigmoid(logit);
    const curvature = p * (1 - p);
    const x = design.subarray(row * width, (row + 1) * width);
    for (let i = 0; i < width; i++) {
      gradient[i] += (p - y[row]) * x[i];
      const scaled = curvature * x[i];
      for (let j = i; j < width; j++) upper[i * width + j] += scaled * x[j];
    }
  });
  const hessian = new Matrix(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      const value = upper[i * width + j] + (i === j && i < width - 1 ? l2 : 0);
      hessian.set(i, j, value);
      hessian.set(j, i, value);
    }
  }
  return { gradient, hessian };
}
