export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** NaN without values. */
export const mean = (values: readonly number[]): number => sum(values) / values.length;
