import { genderOf } from '../data/clip.ts';
import { type FeatureTable, tableVector } from '../data/tables/table.ts';

/** Features that encode the gender. */
export const GENDER_FEATURES = Array.from({ length: 8 }, (_, i) => `gender${i + 1}`);

/**
 * The gender as features: 1 for a male speaker, −1 for a female one. Placed first and several times, so that the filters of
 * a convolution have whole windows of them: at the end, a single one would fall among the frames that pooling drops.
 */
export function tellGender(table: FeatureTable): FeatureTable {
  const size = table.names.length + GENDER_FEATURES.length;
  const vectors = table.values.length / table.names.length;
  const values = new Float32Array(vectors * size);
  let to = 0;
  table.clips.forEach((clip, row) => {
    const own = tableVector(table, row);
    for (let at = 0; at < own.length; at += table.names.length, to += size) {
      values.fill(genderOf(clip) === 'male' ? 1 : -1, to, to + GENDER_FEATURES.length);
      values.set(own.subarray(at, at + table.names.length), to + GENDER_FEATURES.length);
    }
  });
  const names = [...GENDER_FEATURES, ...table.names];
  return { ...table, featureSet: `gender+${table.featureSet}`, names, values };
}
