import { SerError } from '../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../format.ts';
import { checkInside, iffChunks, onlyChunksFrom, readBody, readChunks, textOf } from './chunks.ts';
import { ima4Codec } from './imaAdpcm.ts';
import { checkShape, plainCodec, type PlainSamples, type SampleCodec, viewOf } from './samples.ts';
import { refuseEncoding, decodeStored, meantBytes, type Stretch } from './stored.ts';

const fail = (message: string): never => {
  throw new SerError('audio', message);
};

/** The COMM chunk; its count of samples is ignored, as in libsndfile and FFmpeg: the SSND chunk has a size. */
interface Common {
  sampleRate: number;
  codec: SampleCodec;
}

/** Encodings of AIFF-C that are PCM, float or companded; without a width if the COMM chunk's bits decide it. */
const ENCODINGS: Record<string, Partial<PlainSamples>> = {
  NONE: {},
  twos: {},
  sowt: { littleEndian: true },
  'raw ': { encoding: 'unsigned', width: 1 },
  in16: { width: 2 },
  in24: { width: 3 },
  in32: { width: 4 },
  ni16: { width: 2, littleEndian: true },
  '42ni': { width: 3, littleEndian: true },
  '42n1': { width: 3, littleEndian: true }, // as written by libsndfile
  '23ni': { width: 4, littleEndian: true },
  fl32: { encoding: 'float', width: 4 },
  FL32: { encoding: 'float', width: 4 },
  fl64: { encoding: 'float', width: 8 },
  FL64: { encoding: 'float', width: 8 },
  alaw: { encoding: 'A-law', width: 1 },
  ALAW: { encoding: 'A-law', width: 1 },
  ulaw: { encoding: 'µ-law', width: 1 },
  ULAW: { encoding: 'µ-law', width: 1 },
};

const OTHER_ENCODINGS: Record<string, string> = {
  MAC3: 'MACE 3:1',
  MAC6: 'MACE 6:1',
  'GSM ': 'GSM 6.10',
  G722: 'G.722',
  G726: 'G.726 ADPCM',
  alac: 'Apple Lossless (ALAC)',
  QDM2: 'QDesign Music',
  Qclp: 'Qualcomm PureVoice',
  '.mp3': 'MP3',
};

/**
 * Decodes AIFF and AIFF-C: PCM, float, A-law, µ-law and IMA ADPCM ("ima4").
 * Source: Apple, Audio Interchange File Format, version 1.3 (1989), and AIFF-C, draft of 26 August 1991.
 * @throws {SerError} `audio` if the header contradicts itself or the bytes
 */
export async function* decodeAiff(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const compressible = textOf(viewOf(await source.read(8, 4)), 0, 4) === 'AIFC';
  let common: Common | undefined;
  let samples: Stretch | undefined;
  for await (const chunk of readChunks(source, 12, iffChunks)) {
    if (chunk.id === 'SSND' && !samples) {
      const head = await readBody({ ...chunk, size: 8 }, source, 8);
      if (head.byteLength < 8) break;
      // The SSND chunk begins with the offset of the samples and a block size, which is never used.
      const skipped = 8 + head.getUint32(0);
      const start = chunk.start + skipped;
      if (start > source.size) fail(`its header says that the samples begin at byte ${start} of ${source.size}`);
      const claimed = Math.max(0, chunk.size - skipped);
      const empty = claimed === 0 && (await onlyChunksFrom(source, start, iffChunks));
      samples = { start, bytes: empty ? 0 : meantBytes(claimed, start, source) };
      if (start + samples.bytes >= source.size) break;
      continue;
    }
    if (common && samples && chunk.start + chunk.size > source.size) break; // nothing after the samples is needed
    checkInside(chunk, source);
    if (chunk.id === 'COMM') common = readCommon(await readBody(chunk, source, 22), compressible);
  }
  if (!common) return fail('it has no "COMM" chunk, which says how the samples are stored');
  if (!samples) return fail('it has no "SSND" chunk: the file ends before its samples begin');
  yield* decodeStored(source, context, { ...common, stretches: [samples] });
}

function readCommon(view: DataView, compressible: boolean): Common {
  const needed = compressible ? 22 : 18;
  if (view.byteLength < needed) fail(`its "COMM" chunk has ${view.byteLength} bytes; it needs ${needed}`);
  const channels = view.getUint16(0);
  const bits = view.getUint16(6);
  const sampleRate = Math.round(readExtended(view, 8));
  checkShape(channels, sampleRate);
  const id = compressible ? textOf(view, 18, 4) : 'NONE';
  if (id === 'ima4') return { sampleRate, codec: ima4Codec(channels) };
  const plain = ENCODINGS[id];
  if (!plain) return refuseEncoding(OTHER_ENCODINGS[id] ?? `in AIFF-C encoding "${id}"`);
  if (plain.width === undefined && (bits < 1 || bits > 32)) fail(`its samples have ${bits} bits; 1 to 32 can be read`);
  const width = Math.ceil(bits / 8);
  return { sampleRate, codec: plainCodec({ encoding: 'signed', width, littleEndian: false, ...plain, channels }) };
}

/** An 80-bit IEEE 754 number: sign, 15 bits of exponent, 64 of mantissa with its leading one. */
function readExtended(view: DataView, at: number): number {
  const exponent = (view.getUint16(at) & 0x7fff) - 16_383;
  return Number(view.getBigUint64(at + 2)) * 2 ** (exponent - 63);
}
