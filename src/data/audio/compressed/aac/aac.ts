import { SerError } from '../../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../../format.ts';

/**
 * Decodes AAC frames, each with its ADTS header, by what the caller has.
 * @throws {SerError} `audio` if it has nothing
 */
export function decodeAac(adts: ByteSource, context: DecodeContext): AsyncIterable<DecodedBlock> {
  if (context.fallback) return context.fallback(adts, context);
  throw new SerError('audio', 'it is AAC audio, which cannot be decoded here');
}
