import { SerError } from '../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../format.ts';
import { textOf } from './chunks.ts';
import { plainCodec, type PlainSamples, viewOf } from './samples.ts';
import { refuseEncoding, decodeStored, meantBytes } from './stored.ts';

const HEADER_BYTES = 24;

const ENCODINGS: Record<number, Pick<PlainSamples, 'encoding' | 'width'>> = {
  1: { encoding: 'µ-law', width: 1 },
  2: { encoding: 'signed', width: 1 },
  3: { encoding: 'signed', width: 2 },
  4: { encoding: 'signed', width: 3 },
  5: { encoding: 'signed', width: 4 },
  6: { encoding: 'float', width: 4 },
  7: { encoding: 'float', width: 8 },
  27: { encoding: 'A-law', width: 1 },
};

const OTHER_ENCODINGS: Record<number, string> = {
  23: 'G.721 ADPCM',
  24: 'G.722',
  25: 'G.723 ADPCM',
  26: 'G.723 ADPCM',
};

/**
 * Decodes Sun's and NeXT's AU: PCM, float, µ-law and A-law, big-endian or ("dns.") little-endian.
 * Source: Oracle, Solaris man page audio.h(3HEAD).
 * @throws {SerError} `audio` if the header contradicts the bytes
 */
export async function* decodeAu(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  if (source.size < HEADER_BYTES) throw new SerError('audio', `it has ${source.size} bytes, too few for an AU header`);
  const header = viewOf(await source.read(0, HEADER_BYTES));
  const littleEndian = textOf(header, 0, 4) === 'dns.';
  const [start, size, encoding, sampleRate, channels] = [4, 8, 12, 16, 20].map((at) =>
    header.getUint32(at, littleEndian),
  );
  if (start < HEADER_BYTES || start > source.size) {
    throw new SerError('audio', `its header says that the samples begin at byte ${start} of ${source.size}`);
  }
  const plain = ENCODINGS[encoding];
  if (!plain) return refuseEncoding(OTHER_ENCODINGS[encoding] ?? `in AU encoding ${encoding}`);
  yield* decodeStored(source, context, {
    codec: plainCodec({ ...plain, littleEndian, channels }),
    sampleRate,
    stretches: [{ start, bytes: meantBytes(size, start, source) }],
  });
}
