import { type Body, type Code, f32x4, f64x2, v128 } from './wasm.ts';

/*
 * Frames side by side in the lanes of a vector: each lane adds up its own frame in its own order, so that a sum is the same, bit for
 * bit, as when the frames are taken one after the other.
 */

/** Bins that are read at once. */
export const LANE_STEP = 4;

/** Four bins of two frames, float32, as four pairs (first, second) of float64. */
export function framePairs(body: Body, first: Code, second: Code): Code[] {
  const [a, b] = [body.keep(first), body.keep(second)];
  const [low, high] = [body.keep(f32x4.interleaveLow(a, b)), body.keep(f32x4.interleaveHigh(a, b))];
  return [low, f64x2.high(low, low), high, f64x2.high(high, high)].map((pair) => body.keep(f64x2.promoteLow(pair)));
}

/** Four bins of four frames, float32: one vector per bin with the frames in its lanes. */
export function frameQuads(body: Body, frames: readonly Code[]): Code[] {
  const [a, b, c, d] = frames.map((frame) => body.keep(frame));
  const [ab, abHigh] = [body.keep(f32x4.interleaveLow(a, b)), body.keep(f32x4.interleaveHigh(a, b))];
  const [cd, cdHigh] = [body.keep(f32x4.interleaveLow(c, d)), body.keep(f32x4.interleaveHigh(c, d))];
  return [f64x2.low(ab, cd), f64x2.high(ab, cd), f64x2.low(abHigh, cdHigh), f64x2.high(abHigh, cdHigh)].map((bin) =>
    body.keep(bin),
  );
}

/** Writes `steps × 4` bins of frames that lie `line` bytes apart from `from`, bin by bin: four float32 each, the frames in the lanes. */
export function transposeFrames(body: Body, steps: number, line: number, from: number, to: number): void {
  body.loop(steps, [from, to], [16, 64], (at, goal) => {
    const frames = [0, 1, 2, 3].map((frame) => v128.load(at, frame * line));
    frameQuads(body, frames).forEach((bin, i) => body.emit(v128.store(goal, bin, 16 * i)));
  });
}
