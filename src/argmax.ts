/** Index of the largest value, the first of several alike; −1 if there is none, or one is NaN. */
export function argmax(values: readonly number[] | Float32Array | Float64Array): number {
  return values.indexOf(Math.max(...values));
}
