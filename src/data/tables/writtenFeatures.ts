import { type FeatureSet, type FeatureValues, SAMPLE_RATE } from '../../features/types.ts';

export type WrittenSet = Pick<FeatureSet, 'name' | 'level' | 'names' | 'frameRate'>;

/** Column names of `featureLines`: for a frames set `time` (of the frame's centre, in seconds), then the features. */
export const featureColumns = ({ level, names }: WrittenSet): string[] => [
  ...(level === 'frames' ? ['time'] : []),
  ...names,
];

/** Numbers for a table: one line, or one per frame. */
export function featureLines(values: FeatureValues, { level, names, frameRate = 1 }: WrittenSet): number[][] {
  if (level === 'functionals') return [Array.from(values)];
  return matrix(values, names.length).map((frame, t) => [t / frameRate, ...frame]);
}

/** A set's description in JSON: its name, and for frames their rate and the names of their values. */
export function describeSet({ name, level, names, frameRate }: WrittenSet): object {
  return { featureSet: name, sampleRate: SAMPLE_RATE, ...(level === 'frames' && { frameRate, names }) };
}

/** A vector as `{ features: { name: value } }`, frames as `{ frames: [[value]] }`. */
export function namedFeatures(values: FeatureValues, { level, names }: WrittenSet): object {
  if (level === 'frames') return { frames: matrix(values, names.length) };
  return { features: Object.fromEntries(names.map((name, i) => [name, values[i]])) };
}

function matrix(values: FeatureValues, size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, t) => [...values.subarray(t * size, (t + 1) * size)]);
}
