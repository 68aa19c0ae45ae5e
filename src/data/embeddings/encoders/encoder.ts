import type { EncoderSettings } from './encoderSettings.ts';

/*
 * Encoders of speech in ONNX files, such as wav2vec2, HuBERT, WavLM or the encoder of Whisper. As a feature set one is named
 * `SOURCE[#LAYER][-functionals]`. SOURCE is `onnx:FILE`, or the name of a folder of `encodersFolder` (`encoderPlace.ts`) with the file
 * `model.onnx`. Beside it may lie the `preprocessor_config.json` of Hugging Face. LAYER is the number of a transformer layer, from 1, or the
 * name of an output or of an inner value; without it the graph's first output of frames is taken.
 */

/** What an encoder takes: samples, or Whisper's log-mel spectrogram. */
export type EncoderInput = 'waveform' | 'log-mel';

/** A value that goes into or comes out of an encoder. */
export interface EncoderValue {
  name: string;
  /** Of its elements, as ONNX names it: `float`, `int64`, … */
  type: string;
  /** Lengths, or names of dimensions that may have any length; undefined if the file does not say. */
  shape?: readonly (number | string)[];
}

/** An encoder as its graph and its settings describe it. */
export interface Encoder {
  input: EncoderInput;
  opset: number;
  /** Number of weights. */
  parameters: number;
  inputs: readonly EncoderValue[];
  outputs: readonly EncoderValue[];
  /** Numbers of the transformer layers whose output can be chosen, such as 1 to 12. */
  layers: readonly number[];
  /** Name of the value whose frames are taken. */
  value: string;
  /** Values a frame. */
  dimensions: number;
  /** Frames a second, in Hz. */
  frameRate: number;
  settings: EncoderSettings;
  /** Name of the input for the signal. */
  signal: string;
  /** Input for the attention mask, if it has one. */
  mask?: EncoderValue;
  /** Bands of the log-mel spectrogram; 1 for a waveform. */
  bands: number;
  /** Samples that go through it at once: exactly so many if `isFixed`, else at most. */
  window: number;
  isFixed: boolean;
  /** Whether several clips may go through it at once. */
  isBatched: boolean;
  /** Samples between two frames, and the fewest that give one. */
  hop: number;
  reach: number;
}

/** An encoder in a file. */
export interface EncoderFile extends Encoder {
  path: string;
  bytes: number;
  /** SHA-256 of the file: models and tables remember it. */
  sha256: string;
}
