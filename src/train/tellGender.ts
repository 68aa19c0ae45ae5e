import { genderOf } from '../data/clip.ts';
import { tableVector } from '../data/tables/table.ts';
import type { TableRows } from '../data/tables/tableRows.ts';
import { inMemory, valuesOfRows } from '../data/tables/values.ts';

/** Features that encode the gender. */
export const GENDER_FEATURES = Array.from({ length: 8 }, (_, i) => `gender${i + 1}`);

/**
 * The gender as features: 1 for a male speaker, −1 for a female one. Placed first and several times, so that the filters of
 * a convolution have whole windows of them: at the end, a single one would fall among the frames that pooling drops.
 */
export function tellGender(table: TableRows): TableRows {
  const names = [...GENDER_FEATURES, ...table.names];
  const [width, size] = [table.names.length, names.length];
  const values = valuesOfRows({ ...table, names }, (row) => {
    const own = tableVector(table, row);
    const told = new Float32Array((own.length / width) * size).fill(genderOf(table.clips[row]) === 'male' ? 1 : -1);
    for (let at = 0, to = GENDER_FEATURES.length; at < own.length; at += width, to += size) {
      told.set(own.subarray(at, at + width), to);
    }
    return told;
  });
  const whole = inMemory(table.values) ? values.subarray(0, values.length) : values;
  return { ...table, featureSet: `gender+${table.featureSet}`, names, values: whole };
}
