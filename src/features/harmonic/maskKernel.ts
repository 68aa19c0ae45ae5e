import { f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';
import { memoize } from '../../memoize.ts';

/** A soft mask of power 2 in WebAssembly SIMD, applied to a spectrum, two float64 at a time, in blocks of `MASK_BLOCK`. */
export interface MaskKernel {
  /** Magnitudes of the part to keep and of the part to remove. */
  wanted: Float32Array;
  other: Float32Array;
  /** The spectrum: masked in place by `run`. */
  re: Float32Array;
  im: Float32Array;
  run(): void;
}

/** Numbers per block: four blocks fit into a processor's first-level cache. */
export const MASK_BLOCK = 2048;

/** Power below which librosa takes both parts for silent and halves the spectrum: that of the smallest normal float32. */
const SILENT = 2 ** -252;

const BYTES = 4 * MASK_BLOCK;
const VECTOR = 16;

/** The kernel; all callers share one. */
export const maskKernel = memoize(createKernel);

function createKernel(): MaskKernel {
  const silentAt = 4 * BYTES;
  const halfAt = silentAt + VECTOR;
  const { memory, functions } = instantiate(halfAt + VECTOR, {
    run(body) {
      const silent = body.keep(v128.load(i32.constant(silentAt)));
      const half = body.keep(v128.load(i32.constant(halfAt)));
      body.loop(MASK_BLOCK / 2, [0], [VECTOR / 2], (at) => {
        const wanted = body.keep(f64x2.loadFloat32(at));
        const other = body.keep(f64x2.loadFloat32(at, BYTES));
        const power = body.keep(f64x2.mul(wanted, wanted));
        const total = body.keep(f64x2.add(power, f64x2.mul(other, other)));
        const mask = body.keep(v128.select(half, f64x2.div(power, total), f64x2.less(total, silent)));
        for (const part of [2 * BYTES, 3 * BYTES]) {
          body.emit(f64x2.storeFloat32(at, f64x2.mul(mask, f64x2.loadFloat32(at, part)), part));
        }
      });
    },
  });
  new Float64Array(memory, silentAt, 4).set([SILENT, SILENT, 0.5, 0.5]);
  const [wanted, other, re, im] = [0, 1, 2, 3].map((i) => new Float32Array(memory, i * BYTES, MASK_BLOCK));
  return { wanted, other, re, im, run: functions.run };
}
