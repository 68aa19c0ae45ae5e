import { rescale, softmax } from '../../../data/temperature.ts';

/** How a stack makes one distribution of those of its members. */
export type Combination =
  /** The mean of their probabilities, or of the logarithms of these, normalised. */
  | { kind: 'probability' | 'logarithm' }
  /** A multinomial regression on the logarithms: classes × (members × classes + 1) weights, the last of each class its bias. */
  | { kind: 'regression'; weights: number[] };

/** Least probability before the temperature: a share of 0 in a forest does not make a class impossible. */
export const LEAST = 1e-4;

/** Calibrated probabilities: rows × members × classes. */
export type MemberRows = readonly (readonly (readonly number[])[])[];

/** A member's probabilities, calibrated: rows of one per class. */
export function calibrated(probabilities: Float32Array, classes: number, temperature: number): number[][] {
  return Array.from({ length: probabilities.length / classes }, (_, row) => {
    const own = Array.from(probabilities.subarray(row * classes, (row + 1) * classes), (p) => Math.max(p, LEAST));
    return rescale(own, temperature);
  });
}

/**
 * The stack's probabilities of a row.
 * @param members  calibrated probabilities of each member
 */
export function combine(members: readonly (readonly number[])[], combination: Combination): number[] {
  if (combination.kind === 'regression')
    return softmax(regressionLogits(combination.weights, regressionInput(members)), 1);
  const isMean = combination.kind === 'probability';
  const sums = members[0].map((_, of) => members.reduce((sum, own) => sum + (isMean ? own[of] : Math.log(own[of])), 0));
  return isMean ? sums.map((sum) => sum / members.length) : softmax(sums.map((sum) => sum / members.length), 1); // prettier-ignore
}

/** Logarithms of the probabilities of all members, and 1 for the bias. */
export const regressionInput = (members: readonly (readonly number[])[]): number[] => [
  ...members.flatMap((own) => own.map((p) => Math.log(p))),
  1,
];

/** @param weights  classes × inputs */
export function regressionLogits(weights: ArrayLike<number>, input: readonly number[]): number[] {
  return Array.from({ length: weights.length / input.length }, (_, of) =>
    input.reduce((sum, value, i) => sum + value * weights[of * input.length + i], 0),
  );
}
