/** The moments of Adam for one weight tensor. */
export interface Moments {
  m: Float32Array;
  v: Float32Array;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

/**
 * One step of Adam (Kingma & Ba, 2015), in place. Matches `keras.optimizers.Adam` 2.15, which counts in float32, within
 * 3e-5 of a step.
 * A plain loop: on a CPU it is as fast as the dozen tensor operations it stands for, gives the same figures on every
 * engine and threading, and its state is ready to be saved.
 * @param step  the number of this step, from 1
 */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  { m, v }: Moments,
  step: number,
  learningRate: number,
): void {
  const rate = (learningRate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    const mean = (m[i] += (g - m[i]) * (1 - BETA1));
    const variance = (v[i] += (g * g - v[i]) * (1 - BETA2));
    weights[i] -= (rate * mean) / (Math.sqrt(variance) + EPSILON);
  }
}
