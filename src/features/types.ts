/** A matrix of frame values, row-major: `data[frame * bins + bin]`. */
export interface Frames {
  data: Float32Array | Float64Array;
  frames: number;
  bins: number;
}

/** The rate that every feature set expects, in Hz. */
export const SAMPLE_RATE = 16_000;

/** Turns a clip into one vector. */
export interface FeatureSet {
  /** As given to `--features`, and remembered by tables and models. */
  name: string;
  size: number;
  /** `size` column names, in the order of the vector. */
  names: readonly string[];
  /**
   * @param signal  mono, 16 kHz, full scale ±1
   * @returns `size` finite values
   * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
   */
  extract(signal: Float32Array): Float64Array;
}
