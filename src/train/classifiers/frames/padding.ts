import type { TcnSizes } from './shape.ts';
import type { ClipRows } from './kernels.ts';

/** Clips of a batch, padded to the same number of steps, a multiple of every dilation. */
export interface Padded {
  /** clips × steps × ((stack + 2 · context) × features) */
  x: Float32Array;
  /** clips × steps: 1 within a clip, 0 beyond its end. */
  mask: Float32Array;
  steps: number;
  /** Steps of each clip, which is what the mask says too. */
  clips: ClipRows;
}

/** Frames of several rows, padded with zeros to the same number of steps. Each step sees its own frames and some before and after them. */
export function padFrames(
  parts: readonly Float32Array[],
  features: number,
  { stack, context, dilations = [1] }: Pick<TcnSizes, 'stack' | 'context'> & Partial<Pick<TcnSizes, 'dilations'>>,
): Padded {
  const stepsOf = (part: Float32Array): number => Math.ceil(part.length / features / stack);
  const multiple = dilations.reduce(leastCommonMultiple);
  const steps = Math.ceil(Math.max(...parts.map(stepsOf)) / multiple) * multiple;
  const seen = (stack + 2 * context) * features;
  const x = new Float32Array(parts.length * steps * seen);
  const mask = new Float32Array(parts.length * steps);
  parts.forEach((part, i) => {
    const own = stepsOf(part);
    for (let step = 0; step < own; step++) {
      const from = (step * stack - context) * features;
      const frames = part.subarray(Math.max(0, from), from + seen);
      x.set(frames, (i * steps + step) * seen + Math.max(0, -from));
    }
    mask.fill(1, i * steps, i * steps + own);
  });
  return { x, mask, steps, clips: parts.map((part, i) => ({ from: i * steps, count: stepsOf(part) })) };
}

function leastCommonMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
}
