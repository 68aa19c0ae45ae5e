import { expectArgument } from '../../../messages/arguments.ts';
import { SerError } from '../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../format.ts';
import {
  checkInside,
  type ChunkKind,
  iffChunks,
  onlyChunksFrom,
  readBody,
  readChunks,
  riffChunks,
  textOf,
} from './chunks.ts';
import { viewOf } from './samples.ts';
import { decodeStored, meantBytes, type Stretch } from './stored.ts';
import { FORMAT_BYTES, readWaveFormat, type WaveFormat } from './waveFormat.ts';

const fail = (message: string): never => {
  throw new SerError('audio', message);
};

/**
 * Decodes a WAV file: RIFF, RIFX (big-endian), RF64 and BW64; PCM of up to 32 bits, float, A-law, µ-law, IMA and Microsoft ADPCM, plain or
 * extensible. All of its data chunks, in order.
 * @throws {SerError} `audio` if the header contradicts itself or the bytes
 */
export async function* decodeWav(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  if (source.size < 12) fail(`it has ${source.size} bytes, too few for a WAV header`);
  const header = viewOf((await source.read(0, 12)).slice());
  if (textOf(header, 8, 4) !== 'WAVE') fail('it is not a WAV file');
  const littleEndian = textOf(header, 0, 4) !== 'RIFX';
  yield* decodeWaveChunks(source, context, { kind: littleEndian ? riffChunks : iffChunks, from: 12, littleEndian });
}

/** Location of the chunks of a WAV file, or a similar one. */
interface WaveChunks {
  kind: ChunkKind;
  /** Position of the first chunk. */
  from: number;
  littleEndian: boolean;
}

/** The common part of WAV and W64. */
export async function* decodeWaveChunks(
  source: ByteSource,
  context: DecodeContext,
  { kind, from, littleEndian }: WaveChunks,
): AsyncGenerator<DecodedBlock> {
  const stretches: Stretch[] = [];
  let format: WaveFormat | undefined;
  let size64: number | undefined; // of the data chunk in RF64
  let chunksToEnd: boolean | undefined;
  for await (const chunk of readChunks(source, from, kind)) {
    if (chunk.id === 'data') {
      const size = chunk.size === 0xffffffff ? (size64 ?? chunk.size) : chunk.size;
      const empty = size === 0 && (chunksToEnd ??= await onlyChunksFrom(source, chunk.start, kind));
      const bytes = empty ? 0 : meantBytes(size, chunk.start, source);
      stretches.push({ start: chunk.start, bytes });
      if (bytes !== chunk.size) break; // the position of the next chunk is unknown
      continue;
    }
    if (stretches.length > 0 && format && chunk.start + chunk.size > source.size) break; // nothing after the samples is needed
    checkInside(chunk, source);
    if (chunk.id === 'fmt ') format = readWaveFormat(await readBody(chunk, source, FORMAT_BYTES), littleEndian);
    if (chunk.id === 'slnt') fail('it omits periods of silence ("slnt" chunks), which is not supported');
    if (chunk.id === 'ds64' && chunk.size >= 16) {
      size64 = Number((await readBody(chunk, source, 16)).getBigUint64(8, littleEndian));
    }
  }
  if (!format) return fail('it has no "fmt " chunk, which says how the samples are stored');
  if (stretches.length === 0) return fail('it has no "data" chunk: the file ends before its samples begin');
  yield* decodeStored(source, context, { ...format, stretches });
}

/**
 * The bytes of a mono 16-bit WAV file; samples beyond ±1 are clipped.
 * @example
 * const bytes = encodeWav([0, 0.5, -1], 16_000);
 * (await decodeAudio(bytes, 'three.wav')).samples // → [0, 0.5, -1]
 */
export function encodeWav(samples: ArrayLike<number>, sampleRate: number): Uint8Array<ArrayBuffer> {
  expectArgument(
    Array.isArray(samples) || ArrayBuffer.isView(samples),
    'encodeWav: samples',
    'samples from −1 to 1',
    samples,
  );
  expectArgument(Number.isInteger(sampleRate) && sampleRate > 0, 'encodeWav: sampleRate', 'a rate in Hz', sampleRate);
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const tag = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  tag(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  for (let i = 0; i < samples.length; i++) {
    view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, Math.round(samples[i] * 32768))), true);
  }
  return bytes;
}
