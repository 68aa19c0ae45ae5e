/** One step of a conversion from one rate to another. Before its start and beyond its end a signal is zero. */
export interface Stage {
  /** How many samples of its input the first `length` samples of its output are computed from. */
  needs(length: number): number;
  /** @returns  the first `length` samples */
  run(signal: Float32Array, length: number): Float32Array;
}
