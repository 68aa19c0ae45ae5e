import { framePairs, LANE_STEP } from '../wasm/frameLanes.ts';
import { f32x4, f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';

/** Sums over the bins of two frames side by side, in WebAssembly SIMD; each result has the first frame's value, then the second frame's. */
export interface ShapeKernel {
  /** The `bins` magnitudes of each frame. */
  frames: Float32Array[];
  /** Computes from `frames` Σ magnitude, Σ bin · magnitude, and the running sums of the magnitude, rounded to float32 at each step. */
  sum(): void;
  total: Float64Array;
  first: Float64Array;
  /** Bin k's values at 4 k and 4 k + 1. */
  cumulative: Float32Array;
  /** In bins: set between `sum` and `spread`. */
  centre: Float64Array;
  /** Computes with `centre` Σ (bin − centre)² · magnitude, Σ power, and the products of the power of every eight bins, the rest in the last. */
  spread(): void;
  second: Float64Array;
  power: Float64Array;
  products: Float64Array;
}

const VECTOR = 16;
const PRODUCT_BINS = 8;

/** @param leastPower  lower limit of a bin's power */
export function createShapeKernel(bins: number, leastPower: number): ShapeKernel {
  const steps = Math.ceil(bins / LANE_STEP);
  const line = steps * VECTOR;
  const wholeProducts = Math.floor(bins / PRODUCT_BINS);
  const pairsAt = 2 * line;
  const cumulativeAt = pairsAt + steps * LANE_STEP * VECTOR;
  const productsAt = cumulativeAt + steps * LANE_STEP * VECTOR;
  const resultsAt = productsAt + (wholeProducts + 1) * VECTOR;
  const [total, first, centre, second, power, one, least] = [0, 1, 2, 3, 4, 5, 6].map((i) => resultsAt + i * VECTOR);
  const at = i32.constant;

  const { memory, functions } = instantiate(least + VECTOR, {
    sum(body) {
      const ones = body.keep(v128.load(at(one)));
      const [sum, weighted, bin, running] = [0, 1, 2, 3].map(() => body.variable());
      body.loop(steps, [0, pairsAt], [VECTOR, LANE_STEP * VECTOR], (from, to) => {
        framePairs(body, v128.load(from), v128.load(from, line)).forEach((value, i) => {
          body.emit(v128.store(to, value, i * VECTOR));
          sum.set(f64x2.add(sum.get, value));
          weighted.set(f64x2.add(weighted.get, f64x2.mul(bin.get, value)));
          bin.set(f64x2.add(bin.get, ones));
          running.set(f32x4.add(running.get, f64x2.demote(value)));
          body.emit(v128.store(to, running.get, cumulativeAt - pairsAt + i * VECTOR));
        });
      });
      body.emit(v128.store(at(total), sum.get), v128.store(at(first), weighted.get));
    },
    spread(body) {
      const [ones, centres, floor] = [one, centre, least].map((where) => body.keep(v128.load(at(where))));
      const [sum, powers, bin, product] = [0, 1, 2, 3].map(() => body.variable());
      const addBins = (from: number[], count: number): void => {
        for (let i = 0; i < count; i++) {
          const value = body.keep(v128.load(from, i * VECTOR));
          const away = body.keep(f64x2.sub(bin.get, centres));
          sum.set(f64x2.add(sum.get, f64x2.mul(f64x2.mul(value, away), away)));
          bin.set(f64x2.add(bin.get, ones));
          const single = body.keep(f64x2.demote(value));
          const squared = body.keep(f64x2.promoteLow(f32x4.max(f32x4.mul(single, single), floor)));
          powers.set(f64x2.add(powers.get, squared));
          product.set(f64x2.mul(product.get, squared));
        }
      };
      product.set(ones);
      if (wholeProducts > 0) {
        body.loop(wholeProducts, [pairsAt, productsAt], [PRODUCT_BINS * VECTOR, VECTOR], (from, to) => {
          addBins(from, PRODUCT_BINS);
          body.emit(v128.store(to, product.get));
          product.set(ones);
        });
      }
      addBins(at(pairsAt + wholeProducts * PRODUCT_BINS * VECTOR), bins % PRODUCT_BINS);
      body.emit(v128.store(at(productsAt + wholeProducts * VECTOR), product.get));
      body.emit(v128.store(at(second), sum.get), v128.store(at(power), powers.get));
    },
  });
  new Float64Array(memory, one, 2).fill(1);
  new Float32Array(memory, least, 4).fill(leastPower);
  const pair = (where: number): Float64Array => new Float64Array(memory, where, 2);
  return {
    frames: [0, 1].map((frame) => new Float32Array(memory, frame * line, bins)),
    sum: functions.sum,
    total: pair(total),
    first: pair(first),
    cumulative: new Float32Array(memory, cumulativeAt, 4 * bins),
    centre: pair(centre),
    spread: functions.spread,
    second: pair(second),
    power: pair(power),
    products: new Float64Array(memory, productsAt, 2 * (wholeProducts + 1)),
  };
}
