import { checkSignal } from '../../../features/checkSignal.ts';
import { chromaStft } from '../../../features/harmonic/chroma.ts';
import { melSpectrogram, powerToDb } from '../../../features/spectral/mel.ts';
import { mfcc } from '../../../features/spectral/mfcc.ts';
import { magnitude, stft } from '../../../features/spectral/stft.ts';
import { estimateTuning } from '../../../features/harmonic/tuning.ts';
import { SAMPLE_RATE, type Frames } from '../../../features/types.ts';

export const FRAME_LENGTH = 2048;
export const HOP = 512;
export const MEL_BANDS = 128;
const COEFFICIENTS = 40;
const PITCH_CLASSES = 12;

/** Result of `powerToDb` for zero, and its lower limit relative to the loudest value, in dB. */
const SILENT = -100;
const RANGE = 80;

/** Frames that are analysed at once, a minute of audio: bounds the memory for long recordings. */
const BLOCK_FRAMES = 2000;

/** Data of a clip's picture over time, with no more columns than a picture can show. */
export interface ClipOverview {
  seconds: number;
  /** Lowest and highest sample of every part, in order. */
  wave: { time: number; value: number }[];
  /** Frames averaged per column; 1: one column per frame. */
  framesPerColumn: number;
  /** Decibels below the loudest value, −80 … 0; columns × 128. */
  mel: Frames;
  /** From the mel columns; columns × 40. */
  mfcc: Frames;
  /** 0 … 1, columns × 12. */
  chroma: Frames;
}

/**
 * The waveform, and the mel spectrogram, MFCC and chroma behind `librosa186`. For a long clip a column is the mean of
 * several frames (of power, before the logarithm); chroma is tuned minute by minute.
 * @param signal  mono, 16 kHz
 * @param columns  largest number of columns
 * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
 */
export function clipOverview(signal: Float32Array, columns = 1000): ClipOverview {
  checkSignal(signal);
  const frames = 1 + Math.floor(signal.length / HOP);
  const framesPerColumn = Math.ceil(frames / columns);
  const count = Math.ceil(frames / framesPerColumn);
  const power = { data: new Float64Array(count * MEL_BANDS), frames: count, bins: MEL_BANDS };
  const chroma = { data: new Float64Array(count * PITCH_CLASSES), frames: count, bins: PITCH_CLASSES };
  // Whole columns, so that no two blocks share one.
  const block = framesPerColumn * Math.max(1, Math.floor(BLOCK_FRAMES / framesPerColumn));
  for (let from = 0; from < frames; from += block) {
    const part = centredFrames(signal, from, Math.min(frames, from + block));
    const magnitudes = magnitude(stft(part, { nFft: FRAME_LENGTH, hop: HOP, center: false }));
    const column = from / framesPerColumn;
    addMeans(power, column, melSpectrogram(magnitudes, { mels: MEL_BANDS }), framesPerColumn);
    addMeans(chroma, column, chromaStft(magnitudes, estimateTuning(magnitudes)), framesPerColumn);
  }
  return {
    seconds: signal.length / SAMPLE_RATE,
    wave: waveExtremes(signal, columns),
    framesPerColumn,
    mel: underLoudest(powerToDb(power)),
    mfcc: mfcc(power, COEFFICIENTS),
    chroma,
  };
}

/** The samples of the frames `from` … `to` − 1, each centred at its index × hop, with zeros beyond the ends. */
function centredFrames(signal: Float32Array, from: number, to: number): Float32Array {
  const start = from * HOP - FRAME_LENGTH / 2;
  const samples = new Float32Array((to - 1 - from) * HOP + FRAME_LENGTH);
  samples.set(signal.subarray(Math.max(0, start), start + samples.length), Math.max(0, -start));
  return samples;
}

/** Writes the means of every `size` frames to the columns starting at `column`. */
function addMeans(into: Frames, column: number, { data, frames, bins }: Frames, size: number): void {
  for (let t = 0; t < frames; t++) {
    const first = t - (t % size);
    const weight = 1 / Math.min(size, frames - first);
    const to = (column + first / size) * bins;
    for (let k = 0; k < bins; k++) into.data[to + k] += weight * data[t * bins + k];
  }
}

/** Silence has no peak to compare with: it is drawn at the bottom. */
function underLoudest(decibels: Frames & { data: Float32Array }): Frames {
  const loudest = decibels.data.reduce((max, value) => Math.max(max, value), -Infinity);
  const peak = loudest > SILENT ? loudest : SILENT + RANGE;
  return { ...decibels, data: decibels.data.map((value) => value - peak) };
}

/** Frames averaged to at most so many columns, and how many frames a column holds. */
export function averagedFrames(frames: Frames, columns = 1000): { framesPerColumn: number; averaged: Frames } {
  const framesPerColumn = Math.ceil(frames.frames / columns);
  const count = Math.ceil(frames.frames / framesPerColumn);
  const averaged = { data: new Float64Array(count * frames.bins), frames: count, bins: frames.bins };
  addMeans(averaged, 0, frames, framesPerColumn);
  return { framesPerColumn, averaged };
}

/** Lowest and highest sample of every stretch of a signal, in the order of time. */
export function waveExtremes(signal: Float32Array, columns = 1000): ClipOverview['wave'] {
  const size = Math.max(1, Math.ceil(signal.length / columns));
  const points: ClipOverview['wave'] = [];
  for (let start = 0; start < signal.length; start += size) {
    const end = Math.min(signal.length, start + size);
    let [low, high] = [start, start];
    for (let i = start; i < end; i++) {
      if (signal[i] < signal[low]) low = i;
      if (signal[i] > signal[high]) high = i;
    }
    for (const i of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
      points.push({ time: i / SAMPLE_RATE, value: signal[i] });
    }
  }
  return points;
}
