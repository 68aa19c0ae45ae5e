import { melSpectrogram, powerToDb } from '../../../features/spectral/mel.ts';
import { magnitude, stft } from '../../../features/spectral/stft.ts';
import { readRecording } from '../../../data/audio/read.ts';

/** Waveform and spectrogram of a recording. */
export interface SoundPicture {
  seconds: number;
  /** Lowest and highest sample of each of equally long parts, as pairs. */
  wave: Float32Array;
  /** Level as 0 … 255: from silence, or 80 dB below the loudest value, to that value; columns × bands, the lowest band first. */
  mel: Uint8Array<ArrayBuffer>;
  columns: number;
  bands: number;
}

const BANDS = 128;
const RANGE_DB = 80;
/** dB; mel power of noise at −65 dB re full scale, as in a quiet room: drawn black, as silence, however faint the rest is. */
const SILENT_DB = -40;
/** dB; mel power of a barely audible voice: the brightest colour is for nothing fainter. */
const FAINT_DB = -20;
/** No more columns than a wide screen has pixels. */
const MAX_COLUMNS = 1200;
const HOP = 256;
const FRAME = 2048;

/** @throws {SerError} `audio` for bytes that are not a recording */
export async function soundPicture(bytes: Uint8Array, name: string): Promise<SoundPicture> {
  const { signal, seconds } = await readRecording(bytes, name);
  // Frames of a long recording are skipped, as no screen could show them all.
  const hop = Math.max(HOP, Math.ceil(signal.length / MAX_COLUMNS));
  const decibels = powerToDb(melSpectrogram(magnitude(stft(signal, { nFft: FRAME, hop })), { mels: BANDS }));
  const loudest = decibels.data.reduce((most, value) => Math.max(most, value), FAINT_DB);
  const darkest = Math.max(loudest - RANGE_DB, SILENT_DB);
  const mel = Uint8Array.from(decibels.data, (value) => 255 * Math.max(0, (value - darkest) / (loudest - darkest)));
  return { seconds, wave: extremes(signal), mel, columns: decibels.frames, bands: BANDS };
}

function extremes(signal: Float32Array): Float32Array {
  const pairs = Math.min(MAX_COLUMNS, signal.length);
  const wave = new Float32Array(2 * pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const [from, to] = [pair, pair + 1].map((edge) => Math.floor((edge * signal.length) / pairs));
    let [low, high] = [Infinity, -Infinity];
    for (let i = from; i < to; i++) {
      if (signal[i] < low) low = signal[i];
      if (signal[i] > high) high = signal[i];
    }
    wave.set([low, high], 2 * pair);
  }
  return wave;
}
