/** A figure over several seeds. */
export interface OverSeeds {
  mean: number;
  /** Sample standard deviation: numpy's `std(ddof=1)`. null for one seed, where it is undefined. */
  sd: number | null;
}

/** @param values  one a seed; without any the mean is NaN */
export function overSeeds(values: readonly number[]): OverSeeds {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null };
}
