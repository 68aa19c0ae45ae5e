import { mean } from './mean.ts';

/** A figure over several seeds. */
export interface OverSeeds {
  mean: number;
  /** Sample standard deviation: numpy's `std(ddof=1)`. null for one seed, where it is undefined. */
  sd: number | null;
}

/** @param values  one per seed; without any the mean is NaN */
export function overSeeds(values: readonly number[]): OverSeeds {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return { mean: middle, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null };
}

/**
 * The seeds of a manifest in a few words, for the subtitle of a figure: one, a list, or one per model.
 * @param model  selects one of several
 * @returns '' if the manifest has none, as for external predictions
 */
export function seedPhrase(seed: unknown, model?: string): string {
  if (seed === null || seed === undefined) return '';
  if (typeof seed !== 'object') return `seed ${String(seed)}`;
  if (!Array.isArray(seed) && model && Object.hasOwn(seed, model))
    return seedPhrase((seed as Record<string, unknown>)[model]);
  const known = Object.values(seed).filter((one) => one !== null);
  const distinct = [...new Set(known.map(String))];
  if (distinct.length === 0) return '';
  if (distinct.length === 1) return `seed ${distinct[0]}`;
  if (Array.isArray(seed)) return `seeds ${distinct.join(', ')}`;
  return `seeds ${Object.entries(seed)
    .map(([name, one]) => `${name} ${String(one)}`)
    .join(', ')}`;
}
