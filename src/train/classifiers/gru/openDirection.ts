import { type Dense, product } from '../frames/dense.ts';
import { createGates, ordered, step } from './recurrence.ts';

/** A layer: the product with its kernel, and its bias. */
type Layer = [Dense, Float32Array];

/**
 * One direction of a recurrent layer for prediction, one clip at a time.
 * @returns from the layers below, steps × width each, with the width, its states and their width
 */
export function openDirection(of: { input: Layer; state: Layer; units: number; backwards: boolean }) {
  const { input, state, units, backwards } = of;
  return (below: readonly (readonly [Float32Array, number])[], steps: number): [Float32Array, number] => {
    const a = product(input[0], below, steps);
    for (let i = 0; i < a.length; i++) a[i] += input[1][i % (3 * units)];
    const gates = createGates(steps * units);
    const [out, h, u] = [new Float32Array(steps * units), new Float32Array(units), new Float32Array(3 * units)];
    for (const t of ordered(steps, backwards)) {
      state[0].input.set(h);
      state[0].run();
      for (let i = 0; i < u.length; i++) u[i] = state[0].output[i] + state[1][i];
      step(a, t, u, h, 0, gates, out, units);
    }
    return [out, units];
  };
}
