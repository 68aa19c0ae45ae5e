import { expectText } from '../../messages/arguments.ts';
import { externalDecoder } from './external/external.ts';
import { type FileSource, openFile } from './fileSource.ts';
import {
  type Audio,
  decodeAudio,
  type ReadOptions,
  type Recording,
  type RecordingFacts,
  readRecording,
  streamRecording,
} from './read.ts';

/**
 * Reads an audio file like `readRecording`, from the disk on demand. In all functions here, AAC is decoded by ffmpeg or a package if
 * one is installed (`externalDecoder`).
 * @throws {SerError} likewise, with the path in its message; `audio` for a file that cannot be opened or read
 * @example
 * const { signal, format, sampleRate } = await loadRecording('data/demo/female.wav');
 * [format, sampleRate] // → ['WAV', 16000]
 * signal.length / 16_000 // → 1.7
 */
export async function loadRecording(path: string, options: ReadOptions = {}): Promise<Recording> {
  return withFile(path, (file) => readRecording(file, path, withExternal(options)));
}

/** Decodes an audio file at its own rate. @throws {SerError} as `loadRecording` */
export async function loadDecoded(path: string, options: ReadOptions = {}): Promise<Audio> {
  return withFile(path, (file) => decodeAudio(file, path, withExternal(options)));
}

/**
 * The signal of an audio file, as the feature sets expect it.
 * @returns mono samples at 16 kHz, full scale ±1
 * @throws {SerError} as `loadRecording`
 * @example
 * const signal = await loadAudio('data/demo/female.wav');
 * librosa186.extract(signal).length // → 186
 */
export async function loadAudio(path: string, options: ReadOptions = {}): Promise<Float32Array> {
  expectText(path, 'loadAudio: path', 'the path of an audio file');
  return (await loadRecording(path, options)).signal;
}

/**
 * Reads a file of any length block by block, in bounded memory (`streamRecording`).
 * @returns  the signal of `loadAudio` in blocks
 * @param options  `maxSeconds` is Infinity by default
 * @throws {SerError} as `loadRecording`
 * @example
 * let samples = 0;
 * for await (const block of streamAudio('data/demo/female.wav')) samples += block.length;
 * samples / 16_000 // → 1.7
 */
export async function* streamAudio(
  path: string,
  { maxSeconds = Infinity, ...options }: ReadOptions = {},
): AsyncGenerator<Float32Array, RecordingFacts> {
  expectText(path, 'streamAudio: path', 'the path of an audio file');
  const file = await openFile(path);
  try {
    return yield* streamRecording(file, path, withExternal({ maxSeconds, ...options }));
  } finally {
    await file.close();
  }
}

const withExternal = (options: ReadOptions): ReadOptions => ({ fallback: externalDecoder(), ...options });

async function withFile<T>(path: string, work: (file: FileSource) => Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
