import { planFft } from '../fft/fftPlan.ts';
import { f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';
import { memoize } from '../../memoize.ts';

/** Short-time transforms of one size and hop in WebAssembly: windowing, transform and overlap-add of a block of frames in one call. */
export interface StftKernel {
  /** Largest number of frames per block. */
  capacity: number;
  /** The samples of a block of frames: frame t begins at t × hop. */
  signal: Float32Array;
  /** `size` samples of the window. */
  taper: Float64Array;
  /** The bins of the block's frames, frames × (size / 2 + 1). */
  re: Float32Array;
  im: Float32Array;
  /** Transforms `signal` into the bins of `frames` frames. */
  analyse(frames: number): void;
  /** Transforms back: adds each frame, times the window, to `signal`, rounded to float32 at each step. First and last imaginary parts must be 0. */
  synthesise(frames: number): void;
}

const VECTOR = 16;
/** A few hundred kilobytes, which fit into a processor's second-level cache. */
const BLOCK_BYTES = 2 ** 18;

/**
 * Calls with the same arguments share one kernel.
 * @param size  a power of two, 16 or more
 * @param hop  samples, 1 or more
 */
export const stftKernel = memoize(createKernel);

function createKernel(size: number, hop: number): StftKernel {
  const half = size / 2;
  const bins = half + 1;
  const capacity = Math.max(1, Math.floor(BLOCK_BYTES / (4 * (2 * bins + hop))));
  const samples = (capacity - 1) * hop + size;
  const aligned = (bytes: number): number => Math.ceil(bytes / VECTOR) * VECTOR;
  const taperAt = aligned(4 * samples);
  const reAt = taperAt + 8 * size;
  const imAt = reAt + aligned(4 * capacity * bins);
  const framesAt = imAt + aligned(4 * capacity * bins);
  const plan = planFft(size, framesAt + VECTOR);
  const count = i32.load(i32.constant(framesAt));

  const { memory, functions } = instantiate(plan.end, {
    analyse(body) {
      body.loop(count, [0, reAt, imAt], [4 * hop, 4 * bins, 4 * bins], (frame, re, im) => {
        body.loop(half / 2, [frame, taperAt, 0], [VECTOR, 2 * VECTOR, VECTOR], (from, taper, to) => {
          const a = body.keep(f64x2.mul(f64x2.loadFloat32(from), v128.load(taper)));
          const b = body.keep(f64x2.mul(f64x2.loadFloat32(from, 8), v128.load(taper, VECTOR)));
          body.emit(
            v128.store(to, f64x2.low(a, b), plan.before.even),
            v128.store(to, f64x2.high(a, b), plan.before.odd),
          );
        });
        plan.forward(body, { re, im });
      });
    },
    synthesise(body) {
      body.loop(count, [0, reAt, imAt], [4 * hop, 4 * bins, 4 * bins], (frame, re, im) => {
        plan.inverse(body, { re, im });
        body.loop(half / 2, [0, taperAt, frame], [VECTOR, 2 * VECTOR, VECTOR], (from, taper, to) => {
          const even = body.keep(v128.load(from, plan.after.even));
          const odd = body.keep(v128.load(from, plan.after.odd));
          [f64x2.low(even, odd), f64x2.high(even, odd)].forEach((pair, i) => {
            const tapered = f64x2.mul(v128.load(taper, i * VECTOR), pair);
            body.emit(f64x2.storeFloat32(to, f64x2.add(f64x2.loadFloat32(to, 8 * i), tapered), 8 * i));
          });
        });
      });
    },
  });
  plan.fill(memory);
  const frameCount = new Int32Array(memory, framesAt, 1);
  const counted = (run: () => void) => (frames: number) => {
    frameCount[0] = frames;
    run();
  };
  return {
    capacity,
    signal: new Float32Array(memory, 0, samples),
    taper: new Float64Array(memory, taperAt, size),
    re: new Float32Array(memory, reAt, capacity * bins),
    im: new Float32Array(memory, imAt, capacity * bins),
    analyse: counted(functions.analyse),
    synthesise: counted(functions.synthesise),
  };
}
