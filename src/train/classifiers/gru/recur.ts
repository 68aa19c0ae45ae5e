import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Engine } from '../../engine/engine.ts';
import { createGates, ordered, step, stepBack } from './recurrence.ts';

type Numbers = Float32Array<ArrayBuffer>;

/**
 * One direction of a recurrent layer as an operation that has a gradient: the states after each step, 0 where the mask is.
 * @param a  products of the input, (clips × steps) × 3 units
 * @param kernel, bias  of the products of the state, units × 3 units
 * @returns (clips × steps) × units
 */
export function recur(
  { tf }: Engine,
  a: Tensor2D,
  [kernel, bias]: readonly [kernel: Tensor2D, bias: Tensor],
  mask: Float32Array,
  steps: number,
  backwards: boolean,
): Tensor2D {
  const units = kernel.shape[0];
  const clips = mask.length / steps;
  const order = ordered(steps, backwards);
  return tf.customGrad((...inputs) => {
    const [a, kernel, bias] = (inputs as Tensor[]).slice(0, 3) as [Tensor2D, Tensor2D, Tensor];
    const values = a.dataSync() as Numbers;
    const gates = createGates(mask.length * units);
    const [out, h] = [new Float32Array(mask.length * units), new Float32Array(clips * units)];
    for (const t of order) {
      const u = tf.tidy(() => tf.add(tf.matMul(tf.tensor2d(h, [clips, units]), kernel), bias).dataSync() as Numbers);
      for (let clip = 0; clip < clips; clip++) {
        const row = clip * steps + t;
        if (mask[row] !== 0) step(values, row, u, h, clip, gates, out, units);
      }
    }
    const gradFunc = (dOut: Tensor): Tensor[] => {
      const gradient = dOut.dataSync() as Numbers;
      const [da, du] = [new Float32Array(values.length), new Float32Array(values.length)];
      const dh = new Float32Array(clips * units);
      const own = new Float32Array(clips * 3 * units);
      for (const t of order.toReversed()) {
        own.fill(0);
        for (let clip = 0; clip < clips; clip++) {
          const row = clip * steps + t;
          if (mask[row] === 0) continue;
          stepBack(gradient, row, dh, clip, gates, da, du, units);
          own.set(du.subarray(3 * units * row, 3 * units * (row + 1)), 3 * units * clip);
        }
        const through = tf.tidy(() => tf.matMul(tf.tensor2d(own, [clips, 3 * units]), kernel, false, true).dataSync());
        for (let i = 0; i < dh.length; i++) dh[i] += through[i];
      }
      const products = tf.tensor2d(du, [mask.length, 3 * units]);
      const before = tf.tensor2d(gates.before, [mask.length, units]);
      return [tf.tensor(da, a.shape), tf.matMul(before, products, true), tf.sum(products, 0)];
    };
    return { value: tf.tensor2d(out, [mask.length, units]), gradFunc };
  })(a, kernel, bias) as Tensor2D;
}
