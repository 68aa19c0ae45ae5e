import { SerError } from '../../error.ts';
import type { Verdict } from '../metrics/calibration.ts';

/** Points (x, y) with x and y rising, joined by straight lines; level before the first and after the last. */
export type Knots = readonly (readonly [x: number, y: number])[];

/**
 * The non-decreasing values that are closest to the given ones in weighted squares: pool adjacent violators (Ayer et al., 1955).
 * @param weights  above 0; default 1 each
 * @example
 * isotonic([0.1, 0.5, 0.3, 0.9]) // → [0.1, 0.4, 0.4, 0.9]
 */
export function isotonic(values: readonly number[], weights: readonly number[] = values.map(() => 1)): number[] {
  const blocks: { mean: number; weight: number; count: number }[] = [];
  values.forEach((mean, i) => {
    let block = { mean, weight: weights[i], count: 1 };
    while (blocks.length > 0 && blocks.at(-1)!.mean >= block.mean) {
      const before = blocks.pop()!;
      const weight = before.weight + block.weight;
      const pooled = (before.mean * before.weight + block.mean * block.weight) / weight;
      block = { mean: pooled, weight, count: before.count + block.count };
    }
    blocks.push(block);
  });
  return blocks.flatMap(({ mean, count }) => Array<number>(count).fill(mean));
}

/** Groups of clips of one size that a reliability curve is fitted to. */
const GROUPS = 10;

/**
 * How often an answer with a confidence is right: isotonic regression (Zadrozny & Elkan, 2002) of at most ten groups of equally many answers, by rising
 * confidence. Answers of one confidence are never split.
 * @throws {SerError} `usage` without answers
 * @example
 * const verdicts = [0.2, 0.3, 0.8, 0.9].map((confidence) => ({ confidence, right: confidence > 0.5 }));
 * shareRight(reliabilityCurve(verdicts), 0.95) // → 1
 */
export function reliabilityCurve(verdicts: readonly Verdict[]): Knots {
  if (verdicts.length === 0) throw new SerError('usage', 'A reliability curve requires at least one answer.');
  const sorted = [...verdicts].sort((a, b) => a.confidence - b.confidence);
  const size = Math.max(1, sorted.length / GROUPS);
  const groups: { sum: number; right: number; count: number }[] = [];
  sorted.forEach(({ confidence, right }, i) => {
    const open = groups.at(-1);
    const full = open === undefined || i >= size * groups.length;
    const group = full && confidence !== sorted[i - 1]?.confidence ? { sum: 0, right: 0, count: 0 } : open!;
    if (group !== open) groups.push(group);
    group.sum += confidence;
    group.right += Number(right);
    group.count++;
  });
  const shares = isotonic(
    groups.map(({ right, count }) => right / count),
    groups.map(({ count }) => count),
  );
  return groups.map(({ sum, count }, i) => [sum / count, shares[i]] as const);
}

/**
 * The value of the curve at a confidence.
 * @example
 * shareRight([[0.4, 0.2], [0.8, 0.6]], 0.5) // → 0.3
 */
export function shareRight(knots: Knots, confidence: number): number {
  const after = knots.findIndex(([x]) => x >= confidence);
  if (after < 0) return knots.at(-1)![1];
  if (after === 0) return knots[0][1];
  const [[x0, y0], [x1, y1]] = [knots[after - 1], knots[after]];
  return y1 - ((y1 - y0) * (x1 - confidence)) / (x1 - x0);
}

/**
 * The lowest confidence from which on the curve is not below a share; null if it never reaches it.
 * @example
 * confidenceAt([[0.4, 0.2], [0.8, 0.6]], 0.3) // → 0.5
 */
export function confidenceAt(knots: Knots, share: number): number | null {
  const at = knots.findIndex(([, y]) => y >= share);
  if (at < 0) return null;
  if (at === 0) return 0;
  const [[x0, y0], [x1, y1]] = [knots[at - 1], knots[at]];
  return x1 - ((x1 - x0) * (y1 - share)) / (y1 - y0);
}
