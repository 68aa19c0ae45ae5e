/**
 * The optimisation problem of a support vector machine for two classes: with K the kernel matrix and y = ±1
 * the classes, find the β that minimise
 *
 *     ½ βᵀKβ − yᵀβ
 *
 * subject to Σβ = 0, with every β between 0 and its row's bound, on the side of its class. β is y·α in textbooks.
 */
export interface TwoClassProblem {
  /** Class of every row, 1 or −1. */
  y: Int8Array;
  /** Bound of the row's |β|: the penalty C, times the row's weight. */
  bounds: Float64Array;
  /** Writes row `index` of the kernel matrix, whose diagonal is 1, to `into`. */
  kernelRow(index: number, into: Float32Array): void;
}

export interface TwoClassSolution {
  /** One per row; 0 for rows that are not support vectors. */
  beta: Float64Array;
  /** The decision value of x is Σ βᵢ K(xᵢ, x) + bias. */
  bias: number;
}

/** Tolerance of the optimality conditions between two rows; LIBSVM uses 1e-3. */
const TOLERANCE = 1e-4;

/** Lower limit of the curvature along two rows, which is 0 for equal ones: keeps the step finite. */
const LEAST_CURVATURE = 1e-12;

/** Limit of the iterations, far beyond any problem seen (some two steps per row). */
const STEPS_PER_ROW = 10_000;

/**
 * Sequential minimal optimisation: repeatedly, the two most promising β are moved against each other as far as the
 * objective falls and their bounds allow. The first is the one that violates the optimality conditions most, the second the one
 * with which the quadratic model of the objective falls furthest (R.-E. Fan, P.-H. Chen, C.-J. Lin: Working set selection using second
 * order information for training support vector machines, JMLR 6, 2005, WSS 2).
 */
export function solveTwoClasses({ y, bounds, kernelRow }: TwoClassProblem): TwoClassSolution {
  const rows = y.length;
  const beta = new Float64Array(rows);
  /** K β − y: the gradient of the objective. */
  const gradient = Float64Array.from(y, (sign) => -sign);
  const lowest = Float64Array.from(y, (sign, t) => (sign < 0 ? -bounds[t] : 0));
  const highest = Float64Array.from(y, (sign, t) => (sign > 0 ? bounds[t] : 0));
  const [kernelUp, kernelDown] = [new Float32Array(rows), new Float32Array(rows)];

  for (let step = 0; step < STEPS_PER_ROW * rows; step++) {
    let up = -1;
    let steepest = Infinity;
    for (let t = 0; t < rows; t++) {
      if (beta[t] < highest[t] && gradient[t] < steepest) [up, steepest] = [t, gradient[t]];
    }
    if (up < 0) break;
    kernelRow(up, kernelUp);

    let down = -1;
    let best = 0;
    let widest = 0;
    for (let t = 0; t < rows; t++) {
      const gap = gradient[t] - steepest;
      if (!(beta[t] > lowest[t]) || gap <= 0) continue;
      if (gap > widest) widest = gap;
      const gain = (gap * gap) / curvature(kernelUp[t]);
      if (gain > best) [down, best] = [t, gain];
    }
    if (widest < TOLERANCE) break;
    kernelRow(down, kernelDown);

    const wanted = (gradient[down] - steepest) / curvature(kernelUp[down]);
    const [roomUp, roomDown] = [highest[up] - beta[up], beta[down] - lowest[down]];
    const move = Math.min(wanted, roomUp, roomDown);
    // Exactly at a bound, so that no rounding error is left to be moved.
    beta[up] = move === roomUp ? highest[up] : beta[up] + move;
    beta[down] = move === roomDown ? lowest[down] : beta[down] - move;
    for (let t = 0; t < rows; t++) gradient[t] += move * (kernelUp[t] - kernelDown[t]);
  }
  return { beta, bias: biasOf(beta, gradient, lowest, highest) };
}

/** Curvature of the objective if one β rises and another falls by as much, for a kernel whose diagonal is 1. */
function curvature(kernel: number): number {
  return Math.max(2 - 2 * kernel, LEAST_CURVATURE);
}

/** Rows strictly between their bounds lie on the margin, where gradient + bias = 0; without any, the middle of the interval that the others allow. */
function biasOf(beta: Float64Array, gradient: Float64Array, lowest: Float64Array, highest: Float64Array): number {
  let [sum, free, least, most] = [0, 0, Infinity, -Infinity];
  for (let t = 0; t < beta.length; t++) {
    const [mayRise, mayFall] = [beta[t] < highest[t], beta[t] > lowest[t]];
    if (mayRise && mayFall) [sum, free] = [sum + gradient[t], free + 1];
    else if (mayRise) least = Math.min(least, gradient[t]);
    else if (mayFall) most = Math.max(most, gradient[t]);
  }
  if (free > 0) return -sum / free;
  const middle = (least + most) / 2;
  return Number.isFinite(middle) ? -middle : 0; // a single class has no margin
}
