import { f32x4, i32, instantiate, v128 } from '../../../features/wasm/wasm.ts';
import { memoize } from '../../../memoize.ts';

/** Samples converted at a time. */
const CAPACITY = 65_536;
const VECTOR = 16;
const LANES = 8;

const kernel = memoize(createKernel);

/** 16-bit samples as float32, full scale ±1: each divided by 32768, in WebAssembly SIMD. */
export function int16ToFloat32(integers: Int16Array): Float32Array {
  const { input, output, run } = kernel();
  const samples = new Float32Array(integers.length);
  for (let at = 0; at < integers.length; at += CAPACITY) {
    const part = integers.subarray(at, at + CAPACITY);
    input.set(part);
    run(part.length);
    samples.set(output.subarray(0, part.length), at);
  }
  return samples;
}

function createKernel() {
  const outputAt = 2 * CAPACITY;
  const scaleAt = outputAt + 4 * CAPACITY;
  const countAt = scaleAt + 4;
  const { memory, functions } = instantiate(countAt + 4, {
    run(body) {
      const scale = body.keep(v128.loadSplat(i32.constant(scaleAt)));
      body.loop(i32.load(i32.constant(countAt)), [0, outputAt], [VECTOR, 2 * VECTOR], (from, to) => {
        const eight = body.keep(v128.load(from));
        [f32x4.fromInt16Low(eight), f32x4.fromInt16High(eight)].forEach((four, half) => {
          body.emit(v128.store(to, f32x4.mul(four, scale), half * VECTOR));
        });
      });
    },
  });
  new Float32Array(memory, scaleAt, 1)[0] = 1 / 32768;
  const count = new Int32Array(memory, countAt, 1);
  return {
    input: new Int16Array(memory, 0, CAPACITY),
    output: new Float32Array(memory, outputAt, CAPACITY),
    run(samples: number) {
      count[0] = Math.ceil(samples / LANES);
      functions.run();
    },
  };
}
