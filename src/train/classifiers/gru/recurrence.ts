/*
 * A gated recurrent unit (Cho et al., 2014) in the form whose reset gate acts on the product with the state (as in cuDNN), so that one product a step
 * serves all gates. Of a step with the products a of its input and u of the state h before it, each `3 × units` in the order z, r, n:
 *
 *     z = σ(a_z + u_z)    r = σ(a_r + u_r)    n = tanh(a_n + r · u_n)    h' = (1 − z) · n + z · h
 */

/** What the gradient needs of every row, rows × units each. */
export interface Gates {
  z: Float32Array;
  r: Float32Array;
  n: Float32Array;
  /** u_n */
  recurrent: Float32Array;
  /** h before the step. */
  before: Float32Array;
}

export const createGates = (size: number): Gates => {
  const zeros = (): Float32Array => new Float32Array(size);
  return { z: zeros(), r: zeros(), n: zeros(), recurrent: zeros(), before: zeros() };
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * One step of one clip.
 * @param a  of all rows @param row  the clip's row of this step in `a`, `gates` and `out`
 * @param u  of all clips @param h  states of all clips, overwritten @param clip  its place in both
 * @param out  written: the new state
 */
export function step(
  a: Float32Array,
  row: number,
  u: Float32Array,
  h: Float32Array,
  clip: number,
  gates: Gates,
  out: Float32Array,
  units: number,
): void {
  const [from, product, to, state] = [3 * units * row, 3 * units * clip, units * row, units * clip];
  for (let c = 0; c < units; c++) {
    const z = sigmoid(a[from + c] + u[product + c]);
    const r = sigmoid(a[from + units + c] + u[product + units + c]);
    const recurrent = u[product + 2 * units + c];
    const n = Math.tanh(a[from + 2 * units + c] + r * recurrent);
    const before = h[state + c];
    gates.z[to + c] = z;
    gates.r[to + c] = r;
    gates.n[to + c] = n;
    gates.recurrent[to + c] = recurrent;
    gates.before[to + c] = before;
    h[state + c] = out[to + c] = (1 - z) * n + z * before;
  }
}

/**
 * Gradient of `step`, but for the part of the state's that comes through `u`.
 * @param gradient  of `out`, all rows
 * @param dh  of the states of all clips after the step, overwritten by that of the states before it
 * @param da, du  written, all rows
 */
export function stepBack(
  gradient: Float32Array,
  row: number,
  dh: Float32Array,
  clip: number,
  { z, r, n, recurrent, before }: Gates,
  da: Float32Array,
  du: Float32Array,
  units: number,
): void {
  const [to, own, state] = [3 * units * row, units * row, units * clip];
  for (let c = 0; c < units; c++) {
    const [zc, rc, nc] = [z[own + c], r[own + c], n[own + c]];
    const d = gradient[own + c] + dh[state + c];
    const dn = d * (1 - zc) * (1 - nc * nc);
    const dz = d * (before[own + c] - nc) * zc * (1 - zc);
    const dr = dn * recurrent[own + c] * rc * (1 - rc);
    da[to + c] = du[to + c] = dz;
    da[to + units + c] = du[to + units + c] = dr;
    da[to + 2 * units + c] = dn;
    du[to + 2 * units + c] = dn * rc;
    dh[state + c] = d * zc;
  }
}

/** The steps in the order of a direction. */
export const ordered = (steps: number, backwards: boolean): number[] =>
  Array.from({ length: steps }, (_, i) => (backwards ? steps - 1 - i : i));
