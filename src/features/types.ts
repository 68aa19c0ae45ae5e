/** A matrix of frame values, row-major: `data[frame * bins + bin]`. */
export interface Frames {
  data: Float32Array | Float64Array;
  frames: number;
  bins: number;
}

/**
 * The rate that every feature set expects, in Hz.
 * @example
 * SAMPLE_RATE // → 16000
 */
export const SAMPLE_RATE = 16_000;

/** One vector per clip (statistics of the whole), or one every few milliseconds. */
export type FeatureLevel = 'functionals' | 'frames';

export type FeatureValues = Float64Array | Float32Array;

/** Turns a clip into numbers. */
export interface FeatureSet {
  /** As given to `--features`, and remembered by tables and models. */
  name: string;
  level: FeatureLevel;
  /** Column names, in the order of a vector. */
  names: readonly string[];
  /** Frames a second, in Hz: only of a set of frames. */
  frameRate?: number;
  /** SHA-256 of the network that it is computed with. A model that was trained on it remembers that. */
  encoder?: string;
  /** The sets that it joins, one after the other. */
  parts?: readonly FeatureSet[];
  /** The sets whose values each of its rows holds one after the other (`packInputs`), for a model whose members take different ones. */
  inputs?: readonly FeatureSet[];
  /** Tables keep its values as floats of 16 bits: it has many, and they mean no more. Default: of 32. */
  half?: boolean;
  /** Tables round its values to multiples of this, so that they take about a byte each. Default: they are not rounded. */
  step?: number;
  /**
   * @param signal  mono, 16 kHz, full scale ±1
   * @returns finite values: one vector, or frames × names (row-major) with at least one frame
   * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
   */
  extract(signal: Float32Array): FeatureValues | Promise<FeatureValues>;
  /** The same of several signals, for a set that is quicker with many at once. Default: one after the other. */
  extractAll?(signals: readonly Float32Array[]): Promise<FeatureValues[]>;
}

/** A set that needs nothing but the signal: its values are there at once. */
export interface PureFeatureSet extends FeatureSet {
  extract(signal: Float32Array): FeatureValues;
}
