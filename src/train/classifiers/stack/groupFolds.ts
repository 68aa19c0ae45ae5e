import { SerError } from '../../../error.ts';
import type { Random } from '../../../random.ts';
import type { Samples } from '../classifier.ts';

/**
 * Cuts the groups of the rows into parts of about the same number of groups.
 * @returns the part of each row, 0 … parts − 1; fewer parts if there are fewer groups
 * @throws {SerError} `usage` without groups, or of one group alone
 */
export function groupFolds({ groups }: Pick<Samples, 'groups'>, parts: number, random: Random): Uint8Array {
  const distinct = [...new Set(groups)];
  if (!groups || distinct.length < 2) {
    throw new SerError('usage', 'A stack with regression needs training rows of two speakers or more: combine its members by their mean.'); // prettier-ignore
  }
  const order = random.shuffle(distinct.sort((a, b) => a - b));
  const count = Math.min(parts, distinct.length);
  const partOf = new Map(order.map((group, i) => [group, i % count]));
  return Uint8Array.from(groups, (group) => partOf.get(group)!);
}

/** Some of the rows. */
export function selectSamples(samples: Samples, isKept: (row: number) => boolean): Samples {
  const { x, y, frames, weights, groups } = samples;
  const rows = Uint32Array.from(y.keys()).filter(isKept);
  const vectors = frames ? frames.reduce((a, b) => a + b, 0) : y.length;
  const size = y.length > 0 ? x.length / vectors : 0;
  const starts = new Float64Array(y.length + 1);
  for (let row = 0; row < y.length; row++) starts[row + 1] = starts[row] + (frames ? frames[row] : 1) * size;
  const own = new Float32Array(rows.reduce((sum, row) => sum + starts[row + 1] - starts[row], 0));
  let at = 0;
  for (const row of rows) {
    own.set(x.subarray(starts[row], starts[row + 1]), at);
    at += starts[row + 1] - starts[row];
  }
  return {
    x: own,
    y: Uint8Array.from(rows, (row) => y[row]),
    ...(frames && { frames: Uint32Array.from(rows, (row) => frames[row]) }),
    ...(weights && { weights: Float32Array.from(rows, (row) => weights[row]) }),
    ...(groups && { groups: Uint32Array.from(rows, (row) => groups[row]) }),
  };
}
