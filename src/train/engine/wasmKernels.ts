import type { KernelConfig, NamedAttrMap, Rank, Tensor, Tensor4D } from '@tensorflow/tfjs';

type Tf = typeof import('@tensorflow/tfjs');
type Inputs = Record<string, Tensor>;
type Kernel = (inputs: Inputs, attributes: NamedAttrMap, original: () => Tensor) => Tensor;

/**
 * Adds to the WebAssembly engine of tfjs what training needs. It lacks the gradient of a convolution by its filter, and its gradient by
 * the input and its products with a transposed matrix are plain loops. All are reduced here to the two operations that
 * XNNPACK does fast: a convolution, and the product of two matrices without transposition.
 */
export function registerTrainingKernels(tf: Tf): void {
  replace(tf, 'Conv2DBackpropFilter', ({ x, dy }, attributes) =>
    filterGradient(tf, x as Tensor4D, dy as Tensor4D, attributes as unknown as FilterAttributes),
  );
  replace(tf, 'Conv2DBackpropInput', ({ dy, filter }, attributes, original) =>
    String(attributes.strides) === '1' || String(attributes.strides) === '1,1'
      ? inputGradient(tf, dy as Tensor4D, filter as Tensor4D, attributes as unknown as InputAttributes)
      : original(),
  );
  replace(tf, 'BatchMatMul', ({ a, b }, { transposeA, transposeB }, original) =>
    transposeA || transposeB ? tf.matMul(swapped(tf, a, !!transposeA), swapped(tf, b, !!transposeB)) : original(),
  );
}

interface FilterAttributes {
  strides: number | [number, number];
  pad: Padding;
  filterShape: [number, number, number, number];
}

interface InputAttributes {
  pad: Padding;
  inputShape: [number, number, number, number];
}

type Padding = 'valid' | 'same' | number | [number, number][];

/**
 * Gradient of a convolution by its filter: the patches of the input under each tap of the filter, times the output's gradient.
 * @param x  batch × height × width × channels
 * @returns filter height × filter width × channels × filters
 */
function filterGradient(tf: Tf, x: Tensor4D, dy: Tensor4D, { strides, pad, filterShape }: FilterAttributes): Tensor4D {
  const [height, width, channels, filters] = filterShape;
  const [batch, rows, columns] = dy.shape;
  const [down, right] = typeof strides === 'number' ? [strides, strides] : strides;
  const [top, left] = [0, 1].map((side) => {
    const covered = (dy.shape[side + 1] - 1) * [down, right][side] + filterShape[side];
    return padBefore(pad, side, covered - x.shape[side + 1]);
  });
  // As far as the last patch reaches: anything beyond it was not used.
  const [tall, wide] = [(rows - 1) * down + height, (columns - 1) * right + width];
  const bottom = Math.max(0, tall - top - x.shape[1]);
  const end = Math.max(0, wide - left - x.shape[2]);
  const padded = top || left || bottom || end ? tf.pad(x, [[0, 0], [top, bottom], [left, end], [0, 0]]) : x; // prettier-ignore

  const lines = tf.reshape(padded, [batch, padded.shape[1], padded.shape[2] * channels]);
  const seen: Tensor[] = [];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const part =
        down === 1 && right === 1
          ? tf.slice(lines, [0, i, j * channels], [batch, rows, columns * channels]) // whole lines are copied fastest
          : tf.stridedSlice(padded, [0, i, j, 0], [batch, i + tall - height + 1, j + wide - width + 1, channels], [1, down, right, 1]); // prettier-ignore
      seen.push(tf.reshape(part, [batch * rows * columns, channels]));
    }
  }
  // taps × channels rows, each with all inputs of the tap
  const patches = tf.reshape(tf.transpose(tf.stack(seen), [0, 2, 1]), [height * width * channels, -1]);
  return tf.reshape(tf.matMul(patches, tf.reshape(dy, [-1, filters])), filterShape);
}

/** Gradient of a convolution with stride 1 by its input: the output's gradient convolved with the flipped filter. */
function inputGradient(tf: Tf, dy: Tensor4D, filter: Tensor4D, { pad, inputShape }: InputAttributes): Tensor4D {
  const around = [0, 1].map((side): [number, number] => {
    const missing = filter.shape[side] - 1;
    const before = missing - padBefore(pad, side, dy.shape[side + 1] + missing - inputShape[side + 1]);
    return [before, inputShape[side + 1] + missing - dy.shape[side + 1] - before];
  });
  const flipped = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(tf.pad(dy, [[0, 0], ...around, [0, 0]]), flipped, 1, 'valid');
}

/** Padding of rows (side 0) or columns (side 1) before the convolution's input; `total` is that on both sides. */
function padBefore(pad: Padding, side: number, total: number): number {
  if (pad === 'valid') return 0;
  if (pad === 'same') return Math.floor(Math.max(0, total) / 2);
  return typeof pad === 'number' ? pad : pad[side + 1][0];
}

function swapped(tf: Tf, matrices: Tensor, swap: boolean): Tensor {
  const axes = matrices.shape.map((_, axis) => axis);
  return swap ? tf.transpose(matrices, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]) : matrices;
}

function replace(tf: Tf, kernelName: string, kernel: Kernel): void {
  const original = tf.getKernel(kernelName, 'wasm') as KernelConfig | undefined;
  if (original) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    ...original,
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const inputs = call.inputs as unknown as Inputs;
      const fallBack = () => original!.kernelFunc(call) as Tensor<Rank>;
      return tf.tidy(() => kernel(inputs, call.attrs ?? {}, fallBack));
    },
  });
}
