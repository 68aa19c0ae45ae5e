/*
 * Encoders of speech in ONNX files, such as wav2vec2, HuBERT, WavLM or the encoder of Whisper. As a feature set one is named
 * `SOURCE[#LAYER][-functionals]`. SOURCE is `onnx:FILE`, or the name of a folder of `encodersFolder` (`encoderPlace.ts`) with the file
 * `model.onnx`. Beside it may lie the `preprocessor_config.json` of Hugging Face. LAYER is the number of a transformer layer, from 1, or the
 * name of an output or of an inner value; without it the graph's first output of frames is taken.
 */

/** What an encoder takes: samples, or Whisper's log-mel spectrogram. */
export type EncoderInput = 'waveform' | 'log-mel';

/** A value that goes into or comes out of a graph. */
export interface GraphValue {
  name: string;
  /** Of its elements, as ONNX names it: `float32`, `int64`, … */
  type: string;
  /** Lengths, or names of dimensions that may have any length. */
  shape: readonly (number | string)[];
}

/** An encoder as its file describes it. */
export interface EncoderInfo {
  file: string;
  bytes: number;
  /** SHA-256 of the file: models and tables remember it. */
  sha256: string;
  opset: number;
  /** Number of weights. */
  parameters: number;
  inputs: readonly GraphValue[];
  outputs: readonly GraphValue[];
  input: EncoderInput;
  /** Whether it takes an attention mask, so that clips of different lengths may go through it together. */
  masked: boolean;
  /** Numbers of the transformer layers whose output can be chosen, such as 1 to 12. */
  layers: readonly number[];
  /** Values a frame. */
  dimensions: number;
  /** Frames a second, in Hz. */
  frameRate: number;
}
