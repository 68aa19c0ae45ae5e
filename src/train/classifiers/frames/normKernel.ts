import { type Body, type Code, f32x4, i32, instantiate, v128 } from '../../../features/wasm/wasm.ts';
import { memoize } from '../../../memoize.ts';

const LANES = 4;
const VECTOR = 16;

/** Arrays of a kernel over rows × channels. */
const ROW_ARRAYS = ['y', 'h', 'out'] as const;
/** Arrays of one value per channel. */
const CHANNEL_ARRAYS = ['keep', 'mean', 'inverse', 'scale', 'shift', 'first', 'second'] as const;

type RowArray = (typeof ROW_ARRAYS)[number];
type ChannelArray = (typeof CHANNEL_ARRAYS)[number];

/** The steps of a batch norm with ReLU, in WebAssembly SIMD: each over so many rows from one on. Channels are padded to a multiple of four. */
export interface NormKernel {
  width: number;
  rows: Record<RowArray, Float32Array>;
  channels: Record<ChannelArray, Float32Array>;
  /** Adds `y` to `first`. */
  addRows(from: number, count: number): void;
  /** Adds (y − mean)² to `second`. */
  addSquares(from: number, count: number): void;
  /** `out` = h + keep · max(0, y · scale + shift) */
  apply(from: number, count: number): void;
  /**
   * The gradient within a row, of `out` itself: out · keep where the value was positive, else 0. Adds it to `first`, and its product with the normalised
   * row to `second`.
   */
  addGradient(from: number, count: number): void;
  /** `out` = out · scale − shift − y · second: the gradient of the rows by way of the batch's moments too. */
  finishGradient(from: number, count: number): void;
}

const kernels = memoize(createKernel);

/** A kernel for so many rows at least; all callers share it, so that its arrays hold what was written last. */
export const normKernel = (width: number, rows: number): NormKernel =>
  kernels(LANES * Math.ceil(width / LANES), 2 ** Math.max(10, Math.ceil(Math.log2(rows))));

function createKernel(width: number, capacity: number): NormKernel {
  const line = 4 * width;
  let bytes = 0;
  const reserve = (size: number): number => (bytes += size) - size;
  const [fromAt, countAt] = [reserve(VECTOR), reserve(VECTOR)];
  const channelAt = new Map(CHANNEL_ARRAYS.map((name) => [name, reserve(line)]));
  const rowAt = new Map(ROW_ARRAYS.map((name) => [name, reserve(capacity * line)]));

  /** Code over each vector of each row: pointers to these row arrays, then to these channel arrays. */
  const each =
    (rows: readonly RowArray[], channels: readonly ChannelArray[], write: (body: Body, ...pointers: Code[]) => void) =>
    (body: Body): void => {
      const from = i32.load(i32.constant(fromAt));
      const starts = rows.map((name) => i32.add(from, rowAt.get(name)!));
      body.loop(
        i32.load(i32.constant(countAt)),
        starts,
        rows.map(() => line),
        (...own) => {
          // prettier-ignore
          const inner = [...own, ...channels.map((name) => i32.constant(channelAt.get(name)!))];
          body.loop(width / LANES, inner, inner.map(() => VECTOR), (...pointers) => write(body, ...pointers)); // prettier-ignore
        },
      );
    };
  const addTo = (body: Body, pointer: Code, value: Code): void =>
    body.emit(v128.store(pointer, f32x4.add(v128.load(pointer), value)));
  const { load } = v128;

  const { memory, functions } = instantiate(bytes, {
    addRows: each(['y'], ['first'], (body, y, first) => addTo(body, first, load(y))),
    addSquares: each(['y'], ['mean', 'second'], (body, y, mean, second) => {
      const off = body.keep(f32x4.sub(load(y), load(mean)));
      addTo(body, second, f32x4.mul(off, off));
    }),
    apply: each(['y', 'h', 'out'], ['keep', 'scale', 'shift'], (body, y, h, out, keep, scale, shift) => {
      const value = body.keep(f32x4.add(f32x4.mul(load(y), load(scale)), load(shift)));
      const active = f32x4.max(value, f32x4.sub(value, value));
      body.emit(v128.store(out, f32x4.add(load(h), f32x4.mul(active, load(keep)))));
    }),
    addGradient: each(
      ['y', 'out'],
      ['keep', 'scale', 'shift', 'mean', 'inverse', 'first', 'second'],
      (body, y, out, keep, scale, shift, mean, inverse, first, second) => {
        const own = body.keep(load(y));
        const value = body.keep(f32x4.add(f32x4.mul(own, load(scale)), load(shift)));
        const positive = f32x4.greater(value, f32x4.sub(value, value));
        const gradient = body.keep(v128.and(f32x4.mul(load(out), load(keep)), positive));
        body.emit(v128.store(out, gradient));
        addTo(body, first, gradient);
        addTo(body, second, f32x4.mul(gradient, f32x4.mul(f32x4.sub(own, load(mean)), load(inverse))));
      },
    ),
    finishGradient: each(['y', 'out'], ['scale', 'shift', 'second'], (body, y, out, scale, shift, second) => {
      const own = f32x4.sub(f32x4.mul(load(out), load(scale)), load(shift));
      body.emit(v128.store(out, f32x4.sub(own, f32x4.mul(load(y), load(second)))));
    }),
  });
  const [from, count] = [fromAt, countAt].map((at) => new Int32Array(memory, at, 1));
  const run = (name: keyof typeof functions) => (first: number, rows: number) => {
    if (rows === 0) return; // a loop runs at least once
    from[0] = first * line;
    count[0] = rows;
    functions[name]();
  };
  const views = <Name extends string>(at: ReadonlyMap<Name, number>, length: number): Record<Name, Float32Array> =>
    Object.fromEntries(Array.from(at, ([name, own]) => [name, new Float32Array(memory, own, length)])) as Record<Name, Float32Array>; // prettier-ignore
  return {
    width,
    rows: views(rowAt, capacity * width),
    channels: views(channelAt, width),
    addRows: run('addRows'),
    addSquares: run('addSquares'),
    apply: run('apply'),
    addGradient: run('addGradient'),
    finishGradient: run('finishGradient'),
  };
}
