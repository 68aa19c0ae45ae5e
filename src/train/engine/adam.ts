import { f32x4, i32, instantiate, v128 } from '../../features/wasm/wasm.ts';

/** All weights of a network in one array, with Adam's moments. */
export interface Adam {
  weights: Float32Array;
  /** The gradient, set before each step. */
  gradient: Float32Array;
  /** Running means of the gradient and of its square. */
  m: Float32Array;
  v: Float32Array;
  /**
   * Updates the weights.
   * @param step  the number of this step, from 1
   * @param decay  share of each weight that is taken away, times the learning rate (Loshchilov & Hutter, 2019). Default 0
   */
  step(step: number, learningRate: number, decay?: number): void;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;
/**
 * Smaller means of the gradient are set to 0. Without gradients they halve every seven steps until they are denormal,
 * and with denormals a step takes fifteen times as long. A mean that small does not move any weight of 1e-13 or more.
 */
const SMALLEST_MEAN = 2 ** -100;

const VECTOR = 16;

/**
 * Adam (Kingma & Ba, 2015). Matches `keras.optimizers.Adam` 2.15, which computes in float32 as well, within 3e-5 of a step.
 * In WebAssembly SIMD rather than in the engine: the dozen tensor operations of a step would take longer than the
 * convolutions, and the values are the same for every engine and number of threads, and ready to be saved.
 */
export function createAdam(length: number): Adam {
  const vectors = Math.ceil(length / 4);
  const bytes = vectors * VECTOR;
  const constantsAt = 4 * bytes;
  const { memory, functions } = instantiate(constantsAt + 6 * VECTOR, {
    step(body) {
      const [share1, share2, minusEpsilon, rate, smallest, kept] = [0, 1, 2, 3, 4, 5].map((i) =>
        body.keep(v128.load(i32.constant(constantsAt + i * VECTOR))),
      );
      const starts = [0, bytes, 2 * bytes, 3 * bytes];
      const steps = starts.map(() => VECTOR);
      body.loop(vectors, starts, steps, (weights, gradient, mean, square) => {
        const g = body.keep(v128.load(gradient));
        const m = body.keep(v128.load(mean));
        const v = body.keep(v128.load(square));
        const blended = body.keep(f32x4.sub(m, f32x4.mul(f32x4.sub(m, g), share1)));
        const nextM = body.keep(v128.and(blended, f32x4.notLess(f32x4.abs(blended), smallest)));
        const nextV = body.keep(f32x4.sub(v, f32x4.mul(f32x4.sub(v, f32x4.mul(g, g)), share2)));
        const move = f32x4.div(f32x4.mul(rate, nextM), f32x4.sub(f32x4.sqrt(nextV), minusEpsilon));
        body.emit(v128.store(mean, nextM), v128.store(square, nextV));
        body.emit(v128.store(weights, f32x4.sub(f32x4.mul(v128.load(weights), kept), move)));
      });
    },
  });
  const [weights, gradient, m, v] = [0, 1, 2, 3].map((i) => new Float32Array(memory, i * bytes, length));
  const constants = [1 - BETA1, 1 - BETA2, -EPSILON, 0, SMALLEST_MEAN, 1].map((value, i) =>
    new Float32Array(memory, constantsAt + i * VECTOR, 4).fill(value),
  );
  return {
    weights,
    gradient,
    m,
    v,
    step: (step, learningRate, decay = 0) => {
      constants[5].fill(1 - learningRate * decay);
      constants[3].fill((learningRate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step));
      functions.step();
    },
  };
}
