const knownStarts = new WeakMap<Uint32Array, Float64Array>();

/** Index of the first frame of each row, followed by the total number of frames. */
export function rowStarts(frames: Uint32Array): Float64Array {
  let starts = knownStarts.get(frames);
  if (!starts) {
    starts = new Float64Array(frames.length + 1);
    for (let row = 0; row < frames.length; row++) starts[row + 1] = starts[row] + frames[row];
    knownStarts.set(frames, starts);
  }
  return starts;
}
