import { LANE_STEP, transposeFrames } from '../wasm/frameLanes.ts';
import { f32x4, f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';

/** Bins `from` … `to` − 1, and the number of their smallest and largest values to add up. */
export interface Band {
  from: number;
  to: number;
  count: number;
}

/** Sums of the smallest and of the largest values of every band, in WebAssembly SIMD, four frames side by side. */
export interface ContrastKernel {
  /** The `bins` values of each of the four frames, finite. */
  frames: Float32Array[];
  /** Output of `run`, band × frame. */
  smallest: Float64Array;
  largest: Float64Array;
  run(): void;
}

const VECTOR = 16;
/** Bytes per band: four float64. */
const SUMS = 2 * VECTOR;

export function createContrastKernel(bins: number, bands: readonly Band[]): ContrastKernel {
  const steps = Math.ceil(bins / LANE_STEP);
  const line = steps * VECTOR;
  const lanesAt = 4 * line;
  const infinityAt = lanesAt + steps * LANE_STEP * VECTOR;
  const sumsAt = infinityAt + 2 * VECTOR;
  const { memory, functions } = instantiate(sumsAt + 2 * bands.length * SUMS, {
    run(body) {
      transposeFrames(body, steps, line, 0, lanesAt);
      bands.forEach(({ from, to, count }, b) => {
        // Sorted, the most extreme first: a new value takes its place, the others move on, and the last one is dropped.
        const places = (first: number) =>
          Array.from({ length: count }, () => {
            const place = body.variable();
            place.set(v128.load(i32.constant(first)));
            return place;
          });
        const [smallest, largest] = [places(infinityAt), places(infinityAt + VECTOR)];
        if (to > from) {
          body.loop(to - from, [lanesAt + from * VECTOR], [VECTOR], (at) => {
            const value = body.keep(v128.load(at));
            for (const [kept, better, worse] of [
              [smallest, f32x4.min, f32x4.max],
              [largest, f32x4.max, f32x4.min],
            ] as const) {
              kept.reduce((moving, place) => {
                const next = body.keep(worse(place.get, moving));
                place.set(better(place.get, moving));
                return next;
              }, value);
            }
          });
        }
        [smallest, largest].forEach((kept, kind) => {
          const at = i32.constant(sumsAt + (kind * bands.length + b) * SUMS);
          const halves = [
            (place: (typeof kept)[number]) => place.get,
            ({ get }: (typeof kept)[number]) => f64x2.high(get, get),
          ];
          halves.forEach((half, i) => {
            const sum = kept.map((place) => f64x2.promoteLow(half(place))).reduce((a, c) => f64x2.add(a, c));
            body.emit(v128.store(at, sum, i * VECTOR));
          });
        });
      });
    },
  });
  const infinities = new Float32Array(memory, infinityAt, 8).fill(Infinity);
  infinities.fill(-Infinity, 4);
  return {
    frames: [0, 1, 2, 3].map((frame) => new Float32Array(memory, frame * line, bins)),
    smallest: new Float64Array(memory, sumsAt, 4 * bands.length),
    largest: new Float64Array(memory, sumsAt + bands.length * SUMS, 4 * bands.length),
    run: functions.run,
  };
}
