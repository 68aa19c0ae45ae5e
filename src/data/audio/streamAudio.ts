import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { SerError } from '../../error.ts';
import { createBlockResampler, type BlockResampler } from '../../features/resampleBlocks.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { decodeBlocks, isWav, named } from './decode.ts';
import { type AudioBlock, readWavLayout, wavBlocks } from './pcm/wav.ts';

export interface StreamOptions {
  /** A longer recording is refused, before its samples are read (WAV, FLAC) or where it becomes too long (MP3, Ogg). Default: none is. */
  maxSeconds?: number;
}

/** A file that is not a WAV is held whole in its compressed form; two days of MP3. */
const MAX_COMPRESSED_BYTES = 2 ** 31 - 1;

/**
 * Reads a recording of any length as the feature sets expect it, block by block: what `loadAudio` gives, in bounded memory.
 * A WAV file is read from the disk as it is needed. Of FLAC, MP3 and Ogg Vorbis the file as it is stored is held, never what it
 * decodes to.
 * @param source  a path, or the bytes of a whole file
 * @param name  stands in error messages. Default: the path
 * @returns  blocks of any lengths: mono, 16 kHz, full scale ±1; joined they are within 1e-6 of `loadAudio`'s
 * @throws {SerError} `audio`, with the name in its message, for what cannot be read or decoded; where a compressed file is damaged
 *   or cut short, the blocks before come first
 */
export async function* streamAudio(
  source: string | Uint8Array,
  name = typeof source === 'string' ? source : 'audio',
  { maxSeconds = Infinity }: StreamOptions = {},
): AsyncGenerator<Float32Array> {
  try {
    let resampler: BlockResampler | undefined;
    const blocks = typeof source === 'string' ? fileBlocks(source, maxSeconds) : decodeBlocks(source, maxSeconds);
    for await (const { samples, sampleRate } of blocks) {
      resampler ??= createBlockResampler(sampleRate, SAMPLE_RATE);
      yield* resampler.push(samples);
    }
    if (resampler) yield resampler.end();
  } catch (error) {
    throw named(error, name);
  }
}

async function* fileBlocks(path: string, maxSeconds: number): AsyncGenerator<AudioBlock> {
  const file = await open(path).catch((error: Error) => {
    throw new SerError('audio', `cannot be read (${error.message})`, { cause: error });
  });
  try {
    const { size } = await file.stat();
    const head = (at: number, count: number): DataView => {
      const bytes = new Uint8Array(count);
      return whole(bytes, readSync(file.fd, bytes, 0, count, at));
    };
    if (size < 4 || !isWav(new Uint8Array(head(0, 4).buffer))) {
      if (size > MAX_COMPRESSED_BYTES) throw new SerError('audio', `${size} bytes are too many; convert it to WAV`);
      yield* decodeBlocks(await file.readFile(), maxSeconds);
      return;
    }
    let bytes = new Uint8Array(0);
    const read = async (at: number, count: number): Promise<DataView> => {
      if (bytes.length < count) bytes = new Uint8Array(count);
      const part = bytes.subarray(0, count);
      return whole(part, (await file.read(part, 0, count, at)).bytesRead);
    };
    yield* wavBlocks(read, readWavLayout(head, size, maxSeconds));
  } finally {
    await file.close();
  }
}

function whole(bytes: Uint8Array, count: number): DataView {
  if (count < bytes.length) throw new SerError('audio', 'it was cut short while it was read');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
