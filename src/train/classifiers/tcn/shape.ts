import * as v from 'valibot';
import { count } from '../../../files/json.ts';
import type { Shape } from '../classifier.ts';
import type { Moments } from './kernels.ts';

const size = v.pipe(count, v.minValue(1, 'must be 1 or more'));

/** Sizes of a temporal network, stored with it. */
export const SIZES = v.object({
  /** Consecutive frames that form one step in time. */
  stack: size,
  /** Frames before and after these that the step sees too. */
  context: count,
  /** Channels of each step. */
  width: size,
  /** Steps between the taps of each residual block. */
  dilations: v.pipe(v.array(size), v.minLength(1, 'must have at least one')),
  /** Channels that are pooled over time. */
  pooled: size,
  /** Units that compute the attention. */
  attention: size,
  /** Units before the classes. */
  dense: size,
});
export type Sizes = v.InferOutput<typeof SIZES>;

/** Shapes of all weights, in the order of the file. A convolution has three taps. */
export function weightShapes({ features, classes }: Shape, sizes: Sizes): [name: string, shape: number[]][] {
  const { stack, context, width, dilations, pooled, attention, dense } = sizes;
  const normed = (name: string, ...shape: number[]): [string, number[]][] => [
    [`${name}/kernel`, shape],
    [`${name}/gain`, [shape.at(-1)!]],
    [`${name}/offset`, [shape.at(-1)!]],
  ];
  const layer = (name: string, ...shape: number[]): [string, number[]][] => [
    [`${name}/kernel`, shape],
    [`${name}/bias`, [shape.at(-1)!]],
  ];
  return [
    ...normed('input', (stack + 2 * context) * features, width),
    ...dilations.flatMap((_, i) => normed(`block${i + 1}`, 3, 1, width, width)),
    ...normed('joined', (dilations.length + 1) * width, pooled),
    ...layer('attention', pooled, attention),
    ['weights/kernel', [attention, pooled]],
    ...layer('dense', 2 * pooled, dense),
    ...layer('classes', dense, classes),
  ];
}

/** Channels of each batch norm, in their order: of the input, the blocks and the joined channels. */
export const normWidths = ({ width, dilations, pooled }: Sizes): number[] => [
  width,
  ...dilations.map(() => width),
  pooled,
];

/** Means and variances of all batch norms in one array, which the results share. */
export function cutMoments(values: Float32Array, sizes: Sizes): Moments[] {
  let at = 0;
  const next = (width: number): Float32Array => values.subarray(at, (at += width));
  return normWidths(sizes).map((width) => ({ mean: next(width), variance: next(width) }));
}

/** Number of the values that `cutMoments` cuts. */
export const momentCount = (sizes: Sizes): number => 2 * normWidths(sizes).reduce((sum, width) => sum + width, 0);
