import { i32, i32x4, instantiate, v128 } from '../../features/wasm/wasm.ts';
import type { Random } from '../../random.ts';
import { memoize } from '../../memoize.ts';

/** A mask of inverted dropout, written to `into` if given: 0 with probability `rate`, else `1 / (1 − rate)`. */
export type Masks = (length: number, rate: number, into?: Float32Array) => Float32Array;

/** Values per run of the kernel. */
const BLOCK = 8192;

const VECTOR = 16;
/** Addresses of the kernel's vectors; its output follows them. */
const [A, B, C, COUNTER, ONE, THRESHOLD, KEPT, OUTPUT] = Array.from({ length: 8 }, (_, i) => i * VECTOR);

/**
 * Dropout masks from our own generator rather than the engine's, so that they are the same on every engine and after a
 * resume. An epoch of the reference CNN takes 46 million draws, therefore in WebAssembly SIMD: four generators (sfc32)
 * side by side, seeded from `random`, with two draws of 16 bits from each of their words.
 */
export function createMasks(random: Random): Masks {
  const { memory, run } = kernel();
  const state = Uint32Array.from({ length: OUTPUT / 4 }, () => random.integer(2 ** 32));
  const words = new Uint32Array(memory, 0, state.length);
  const output = new Float32Array(memory, OUTPUT, BLOCK);
  return (length, rate, mask = new Float32Array(length)) => {
    words.set(state);
    words.fill(1, ONE / 4, THRESHOLD / 4);
    words.fill(Math.round(rate * 2 ** 16) * 2 ** 16, THRESHOLD / 4, KEPT / 4);
    new Float32Array(memory, KEPT, 4).fill(1 / (1 - rate));
    for (let from = 0; from < length; from += BLOCK) {
      run();
      mask.set(output.subarray(0, length - from), from);
    }
    state.set(words);
    return mask;
  };
}

const kernel = memoize(createKernel);

function createKernel(): { memory: ArrayBuffer; run: () => void } {
  const { memory, functions } = instantiate(OUTPUT + 4 * BLOCK, {
    run(body) {
      const at = (address: number) => body.keep(v128.load(i32.constant(address)));
      const [one, threshold, kept] = [ONE, THRESHOLD, KEPT].map(at);
      body.loop(BLOCK / 8, [OUTPUT], [2 * VECTOR], (output) => {
        const [a, b, c, counter] = [A, B, C, COUNTER].map(at);
        const word = body.keep(i32x4.add(i32x4.add(a, b), counter));
        const rotated = i32x4.or(i32x4.shiftLeft(c, 21), i32x4.shiftRight(c, 11));
        const put = (address: number, value: number[]) => body.emit(v128.store(i32.constant(address), value));
        put(COUNTER, i32x4.add(counter, one));
        put(A, i32x4.xor(b, i32x4.shiftRight(b, 9)));
        put(B, i32x4.add(c, i32x4.shiftLeft(c, 3)));
        put(C, i32x4.add(rotated, word));
        // The upper and the lower half, each compared with the threshold in the upper half.
        body.emit(v128.store(output, v128.and(kept, i32x4.notLess(word, threshold))));
        const lower = i32x4.shiftLeft(word, 16);
        body.emit(v128.store(output, v128.and(kept, i32x4.notLess(lower, threshold)), VECTOR));
      });
    },
  });
  return { memory, run: functions.run };
}
