import type { Sizes } from './shape.ts';

/** Clips of a batch, padded to the same number of steps, a multiple of every dilation. */
export interface Padded {
  /** clips × steps × (stack × features) */
  x: Float32Array;
  /** clips × steps: 1 within a clip, 0 beyond its end. */
  mask: Float32Array;
  steps: number;
}

/** Frames of several rows, padded with zeros to the same number of steps. */
export function padFrames(
  parts: readonly Float32Array[],
  features: number,
  { stack, dilations }: Pick<Sizes, 'stack' | 'dilations'>,
): Padded {
  const stepsOf = (part: Float32Array): number => Math.ceil(part.length / features / stack);
  const multiple = dilations.reduce(leastCommonMultiple);
  const steps = Math.ceil(Math.max(...parts.map(stepsOf)) / multiple) * multiple;
  const size = steps * stack * features;
  const x = new Float32Array(parts.length * size);
  const mask = new Float32Array(parts.length * steps);
  parts.forEach((part, i) => {
    x.set(part, i * size);
    mask.fill(1, i * steps, i * steps + stepsOf(part));
  });
  return { x, mask, steps };
}

function leastCommonMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
}
