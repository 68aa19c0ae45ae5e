import { SerError } from '../../error.ts';
import type { Samples } from './classifier.ts';

/**
 * The rows with non-zero weight, in their order.
 * @throws {SerError} `usage` for weights out of range, or if there is no such row
 */
export function weightedRows({ y, weights }: Pick<Samples, 'y' | 'weights'>): Uint32Array {
  const bad = weights?.findIndex((weight) => !(weight >= 0 && weight < Infinity)) ?? -1;
  if (bad >= 0) {
    throw new SerError('usage', `The weight of a row must be a finite number, 0 or more; that of row ${bad + 1} is ${weights![bad]}.`); // prettier-ignore
  }
  const rows = Uint32Array.from(y.keys()).filter((row) => weights?.[row] !== 0);
  if (rows.length === 0) throw new SerError('usage', 'A classifier needs at least one training row of weight above 0.');
  return rows;
}

/**
 * Factor for each class that equalises the classes' weights without changing their sum.
 * @param totals  weight of each class; classes without rows do not count
 */
export function balanceOf(totals: readonly number[]): number[] {
  const present = totals.filter((total) => total > 0);
  const mean = present.reduce((a, b) => a + b) / present.length;
  return totals.map((total) => mean / total);
}
