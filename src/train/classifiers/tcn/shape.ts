import * as v from 'valibot';
import { count } from '../../../files/json.ts';
import type { Shape } from '../classifier.ts';

const size = v.pipe(count, v.minValue(1, 'must be 1 or more'));

/** Sizes of a temporal network, stored with it. */
export const SIZES = v.object({
  /** Consecutive frames that form one step in time. */
  stack: size,
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
  const { stack, width, dilations, pooled, attention, dense } = sizes;
  const layer = (name: string, ...shape: number[]): [string, number[]][] => [
    [`${name}/kernel`, shape],
    [`${name}/bias`, [shape.at(-1)!]],
  ];
  return [
    ...layer('input', stack * features, width),
    ...dilations.flatMap((_, i) => [
      ...layer(`block${i + 1}`, 3, 1, width, width),
      [`block${i + 1}/gain`, [width]] as [string, number[]],
      [`block${i + 1}/offset`, [width]] as [string, number[]],
    ]),
    ...layer('joined', (dilations.length + 1) * width, pooled),
    ...layer('attention', pooled, attention),
    ['weights/kernel', [attention, pooled]],
    ...layer('dense', 2 * pooled, dense),
    ...layer('classes', dense, classes),
  ];
}
