import type { ByteSource, DecodeContext, DecodedBlock } from '../format.ts';
import { type ChunkKind, textOf } from './chunks.ts';
import { decodeWaveChunks } from './wav.ts';

/** A GUID, whose first four bytes equal a RIFF chunk's name, and 64 bits, which include the header. */
const wave64Chunks: ChunkKind = {
  headerBytes: 24,
  align: 8,
  read: (view) => ({ id: textOf(view, 0, 4), size: Math.max(0, Number(view.getBigUint64(16, true)) - 24) }),
};

/** Bytes of the file's GUID, its size, and the GUID for "wave". */
const HEADER_BYTES = 40;

/**
 * Decodes Sony Wave64: WAV with 64-bit sizes. Source: Sony Media Software, Sony Wave64 Format (2006).
 * @throws {SerError} `audio`, as `decodeWav`
 */
export function decodeWave64(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  return decodeWaveChunks(source, context, { kind: wave64Chunks, from: HEADER_BYTES, littleEndian: true });
}
