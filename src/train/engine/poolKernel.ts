import { f32x4, i32, instantiate, v128 } from '../../features/wasm/wasm.ts';
import type { Body, Code } from '../../features/wasm/wasm.ts';

export interface PoolShape {
  /** Capacity in rows. */
  batch: number;
  /** Before pooling. */
  frames: number;
  /** A multiple of 4. */
  channels: number;
  /** Taps of the convolution, if it is part of the kernel; 0: the input is already convolved. */
  taps: number;
}

/** The memory of a kernel. */
export interface PoolKernel {
  /** Output frames. */
  pairs: number;
  /** batch × frames × channels, or with taps batch × (frames + taps − 1) samples */
  input: Float32Array;
  /** taps × channels */
  filters: Float32Array;
  /** channels */
  bias: Float32Array;
  /** batch × pairs × channels; destroyed by a run */
  mask: Float32Array;
  /** batch × pairs × channels; on the way back, the input is its gradient */
  output: Float32Array;
  /** Gradient of `input`; only without taps. */
  inputGradient: Float32Array;
  filterGradient: Float32Array;
  biasGradient: Float32Array;
  /** @returns the number of this run */
  forward(batch: number): number;
  /** Backward pass of the last run, which must have been `run`. */
  backward(batch: number, run: number): void;
}

const kernels = new Map<string, { kernel: PoolKernel; batch: number }>();

/** The kernel for a shape; all callers share one per shape. */
export function poolKernel(shape: PoolShape): PoolKernel {
  const key = `${shape.frames} × ${shape.channels}, ${shape.taps}`;
  const known = kernels.get(key);
  if (known && known.batch >= shape.batch) return known.kernel;
  const kernel = createKernel(shape);
  kernels.set(key, { kernel, batch: shape.batch });
  return kernel;
}

const VECTOR = 16;

function createKernel({ batch, frames, channels, taps }: PoolShape): PoolKernel {
  const pairs = Math.floor(frames / 2);
  const line = channels * 4; // bytes of a frame
  const pooledRow = pairs * line;
  const inputLine = taps ? 4 : line;
  const inputRow = taps ? (frames + taps - 1) * 4 : frames * line;
  let bytes = 0;
  const reserve = (size: number): number => (bytes += size) - size;
  const [outputAt, firstAt, secondAt] = Array.from({ length: 3 }, () => reserve(batch * pooledRow));
  const [biasAt, biasGradientAt] = [reserve(line), reserve(line)];
  const [filtersAt, filterGradientAt] = [reserve(taps * line), reserve(taps * line)];
  const [inputAt, inputGradientAt] = [reserve(batch * inputRow), reserve(taps ? 0 : batch * inputRow)];
  const batchAt = reserve(4);
  const rows = i32.load(i32.constant(batchAt));

  /** Loops over all pairs of frames, and within them over the channels, four at a time. */
  const forPairs = (body: Body, inputAt: number, inner: (...lines: Code[]) => void): void =>
    body.loop(rows, [inputAt, outputAt, firstAt, secondAt], [inputRow, pooledRow, pooledRow, pooledRow], (...starts) =>
      body.loop(pairs, starts, [2 * inputLine, line, line, line], inner),
    );
  const forChannels = (body: Body, starts: (number | Code)[], inner: (...pointers: Code[]) => void): void =>
    body.loop(channels / 4, starts, new Array<number>(starts.length).fill(VECTOR), inner);
  /** The samples under the filters for both frames of a pair. */
  const samples = (body: Body, input: Code): Code[] =>
    taps ? Array.from({ length: taps + 1 }, (_, i) => body.keep(v128.loadSplat(input, 4 * i))) : [];
  const convolve = (seen: Code[], filters: Code): Code =>
    seen.map((sample, tap) => f32x4.mul(sample, v128.load(filters, tap * line))).reduce((a, b) => f32x4.add(a, b));

  const { memory, functions } = instantiate(bytes, {
    forward: (body) =>
      forPairs(body, inputAt, (input, ...lines) => {
        const seen = samples(body, input);
        forChannels(body, [taps ? filtersAt : input, ...lines, biasAt], (source, output, first, second, bias) => {
          const a = body.keep(taps ? convolve(seen.slice(0, -1), source) : v128.load(source));
          const b = body.keep(taps ? convolve(seen.slice(1), source) : v128.load(source, line));
          const pooled = body.keep(f32x4.add(f32x4.max(a, b), v128.load(bias)));
          const positive = f32x4.greater(pooled, f32x4.sub(pooled, pooled));
          const gate = body.keep(v128.and(v128.load(first), positive)); // the mask is stored there
          const isFirst = body.keep(f32x4.notLess(a, b));
          body.emit(v128.store(output, f32x4.mul(pooled, gate)));
          body.emit(v128.store(first, v128.and(gate, isFirst)));
          body.emit(v128.store(second, v128.andNot(gate, isFirst)));
        });
      }),
    backward: (body) =>
      forPairs(body, taps ? inputAt : inputGradientAt, (input, ...lines) => {
        const seen = samples(body, input);
        const target = taps ? filterGradientAt : input;
        forChannels(body, [target, ...lines, biasGradientAt], (gradient, output, first, second, bias) => {
          const slope = body.keep(v128.load(output));
          const a = body.keep(f32x4.mul(slope, v128.load(first)));
          const b = body.keep(f32x4.mul(slope, v128.load(second)));
          const addTo = (pointer: Code, value: Code, offset = 0): void =>
            body.emit(v128.store(pointer, f32x4.add(v128.load(pointer, offset), value), offset));
          addTo(bias, f32x4.add(a, b));
          if (!taps) body.emit(v128.store(gradient, a), v128.store(gradient, b, line));
          for (let tap = 0; tap < taps; tap++) {
            addTo(gradient, f32x4.add(f32x4.mul(a, seen[tap]), f32x4.mul(b, seen[tap + 1])), tap * line);
          }
        });
      }),
  });
  const view = (at: number, size: number): Float32Array => new Float32Array(memory, at, size / 4);
  const batchNow = new Int32Array(memory, batchAt, 1);
  const [biasGradient, filterGradient] = [view(biasGradientAt, line), view(filterGradientAt, taps * line)];
  let runs = 0;
  return {
    pairs,
    input: view(inputAt, batch * inputRow),
    filters: view(filtersAt, taps * line),
    bias: view(biasAt, line),
    mask: view(firstAt, batch * pooledRow),
    output: view(outputAt, batch * pooledRow),
    inputGradient: view(inputGradientAt, taps ? 0 : batch * inputRow),
    filterGradient,
    biasGradient,
    forward(count) {
      batchNow[0] = count;
      functions.forward();
      return ++runs;
    },
    backward(count, run) {
      if (run !== runs) throw new Error('a gradient must be taken before the next forward pass of the same shape');
      batchNow[0] = count;
      biasGradient.fill(0);
      filterGradient.fill(0);
      functions.backward();
    },
  };
}
