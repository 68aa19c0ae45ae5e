/**
 * A support vector machine of two classes, as the problem that its training solves: with K the kernel's matrix and y = ±1
 * the classes, find the β that make
 *
 *     ½ βᵀKβ − yᵀβ
 *
 * least, where Σβ = 0 and every β lies between 0 and its row's bound, on the side of its class. β is y·α of the textbooks.
 */
export interface TwoClassProblem {
  /** 1 or −1 of every row. */
  y: Int8Array;
  /** How far from 0 the row's β may be: the penalty C, times the row's weight. */
  bounds: Float64Array;
  /** Writes row `index` of the kernel's matrix, whose diagonal is 1, into `into`. */
  kernelRow(index: number, into: Float32Array): void;
}

export interface TwoClassSolution {
  /** Of every row; 0 for those that the machine does without. */
  beta: Float64Array;
  /** The decision value of x is Σ βᵢ K(xᵢ, x) + bias. */
  bias: number;
}

/** The solution is taken once no two rows break the conditions of the optimum by more; LIBSVM stops at 1e-3. */
const TOLERANCE = 1e-4;

/** Of the curvature along two rows that are the same: keeps their step finite. */
const LEAST_CURVATURE = 1e-12;

/** Far beyond what any problem was seen to take (some two steps a row). */
const STEPS_PER_ROW = 10_000;

/**
 * Sequential minimal optimisation: again and again the two β that promise most are moved against each other, as far as the
 * target falls and their bounds allow. The first is the one that breaks the optimum's conditions most, the second the one
 * with which the target's quadratic model falls furthest (R.-E. Fan, P.-H. Chen, C.-J. Lin: Working set selection using second
 * order information for training support vector machines, JMLR 6, 2005, WSS 2).
 */
export function solveTwoClasses({ y, bounds, kernelRow }: TwoClassProblem): TwoClassSolution {
  const rows = y.length;
  const beta = new Float64Array(rows);
  /** K β − y: how steeply the target rises with each β. */
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
    // At a bound exactly, so that no rest of rounding stays to be moved.
    beta[up] = move === roomUp ? highest[up] : beta[up] + move;
    beta[down] = move === roomDown ? lowest[down] : beta[down] - move;
    for (let t = 0; t < rows; t++) gradient[t] += move * (kernelUp[t] - kernelDown[t]);
  }
  return { beta, bias: biasOf(beta, gradient, lowest, highest) };
}

/** Of the target where one β rises and another falls as much, in a kernel whose diagonal is 1. */
function curvature(kernel: number): number {
  return Math.max(2 - 2 * kernel, LEAST_CURVATURE);
}

/** Rows between their bounds lie on the margin, where gradient + bias = 0; without any, the middle of what the others allow. */
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
  return Number.isFinite(middle) ? -middle : 0; // of one class alone there is no margin
}
