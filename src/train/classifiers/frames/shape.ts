import * as v from 'valibot';
import { count } from '../../../files/json.ts';
import type { Shape } from '../classifier.ts';
import type { Moments } from './kernels.ts';

const size = v.pipe(count, v.minValue(1, 'must be 1 or more'));

/** Of every network over frames. */
export const COMMON = {
  /** Consecutive frames that form one step in time. */
  stack: size,
  /** Frames before and after these that the step sees too. */
  context: count,
  /** Channels of each step. */
  width: size,
  /** Channels that are pooled over time. */
  pooled: size,
  /** Units that compute the attention. */
  attention: size,
  /** Units before the classes. */
  dense: size,
};

/** Sizes of a temporal network, stored with it. */
export const SIZES = v.object({
  ...COMMON,
  /** Steps between the taps of each residual block. */
  dilations: v.pipe(v.array(size), v.minLength(1, 'must have at least one')),
});
export type TcnSizes = v.InferOutput<typeof SIZES>;

/** Sizes of the same network with recurrent layers in place of the residual blocks. */
export const RECURRENT_SIZES = v.object({
  ...COMMON,
  /** Recurrent layers, one above the other. */
  layers: size,
  /** Units of each in each direction of time. */
  units: size,
});
export type GruSizes = v.InferOutput<typeof RECURRENT_SIZES>;

/** Sizes of a network over frames: between its input and what is pooled there are residual blocks or recurrent layers. */
export type Sizes = TcnSizes | GruSizes;

type Named = [name: string, shape: number[]];

const normed = (name: string, ...shape: number[]): Named[] => [
  [`${name}/kernel`, shape],
  [`${name}/gain`, [shape.at(-1)!]],
  [`${name}/offset`, [shape.at(-1)!]],
];
const layer = (name: string, ...shape: number[]): Named[] => [
  [`${name}/kernel`, shape],
  [`${name}/bias`, [shape.at(-1)!]],
];

/** The weights between the input and what is pooled, the widths of its batch norms, and the channels of all its layers side by side. */
function bodyOf(sizes: Sizes): { shapes: Named[]; norms: number[]; channels: number } {
  const { width } = sizes;
  if ('dilations' in sizes) {
    const { dilations } = sizes;
    return {
      shapes: dilations.flatMap((_, i) => normed(`block${i + 1}`, 3, 1, width, width)),
      norms: dilations.map(() => width),
      channels: dilations.length * width,
    };
  }
  const { layers, units } = sizes;
  const shapes = Array.from({ length: layers }, (_, i) =>
    DIRECTIONS.flatMap((direction) => [
      ...layer(`recurrent${i + 1}/${direction}/input`, i === 0 ? width : 2 * units, 3 * units),
      ...layer(`recurrent${i + 1}/${direction}/state`, units, 3 * units),
    ]),
  ).flat();
  return { shapes, norms: [], channels: layers * 2 * units };
}

/** Of a recurrent layer, in the order of its weights. */
export const DIRECTIONS = ['forwards', 'backwards'] as const;

/** Shapes of all weights, in the order of the file. A convolution has three taps. */
export function weightShapes({ features, classes }: Shape, sizes: Sizes): Named[] {
  const { stack, context, width, pooled, attention, dense } = sizes;
  const body = bodyOf(sizes);
  return [
    ...normed('input', (stack + 2 * context) * features, width),
    ...body.shapes,
    ...normed('joined', width + body.channels, pooled),
    ...layer('attention', pooled, attention),
    ['weights/kernel', [attention, pooled]],
    ...layer('dense', 2 * pooled, dense),
    ...layer('classes', dense, classes),
  ];
}

/** Channels of each batch norm, in their order: of the input, the residual blocks and the joined channels. */
export const normWidths = (sizes: Sizes): number[] => [sizes.width, ...bodyOf(sizes).norms, sizes.pooled];

/** Means and variances of all batch norms in one array, which the results share. */
export function cutMoments(values: Float32Array, sizes: Sizes): Moments[] {
  let at = 0;
  const next = (width: number): Float32Array => values.subarray(at, (at += width));
  return normWidths(sizes).map((width) => ({ mean: next(width), variance: next(width) }));
}

/** Number of the values that `cutMoments` cuts. */
export const momentCount = (sizes: Sizes): number => 2 * normWidths(sizes).reduce((sum, width) => sum + width, 0);
