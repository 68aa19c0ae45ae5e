import { SerError } from '../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../format.ts';
import { checkInside, type ChunkKind, readBody, readChunks, textOf } from './chunks.ts';
import { ima4Codec } from './imaAdpcm.ts';
import { checkShape, plainCodec, type SampleCodec } from './samples.ts';
import { refuseEncoding, decodeStored, meantBytes, type Stretch } from './stored.ts';

/** Four characters and 64 bits. */
const cafChunks: ChunkKind = {
  headerBytes: 12,
  align: 1,
  read: (view) => ({ id: textOf(view, 0, 4), size: Number(view.getBigUint64(4)) }),
};

/** Bytes of the edit count before the samples. */
const EDIT_COUNT = 4;

const OTHER_ENCODINGS: Record<string, string> = {
  'aac ': 'AAC',
  aach: 'HE-AAC',
  aacp: 'HE-AAC',
  alac: 'Apple Lossless (ALAC)',
  '.mp1': 'MPEG layer I',
  '.mp2': 'MPEG layer II',
  '.mp3': 'MP3',
  MAC3: 'MACE 3:1',
  MAC6: 'MACE 6:1',
  opus: 'Opus',
  flac: 'FLAC',
  'ac-3': 'AC-3',
  ilbc: 'iLBC',
  samr: 'AMR',
  agsm: 'GSM 6.10',
};

const fail = (message: string): never => {
  throw new SerError('audio', message);
};

interface Description {
  sampleRate: number;
  codec: SampleCodec;
}

/**
 * Decodes Apple's CAF: PCM, float, A-law, µ-law and IMA ADPCM ("ima4").
 * Source: Apple, Core Audio Format Specification 1.0.
 * @throws {SerError} `audio` if the header contradicts itself or the bytes
 */
export async function* decodeCaf(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  let description: Description | undefined;
  let samples: Stretch | undefined;
  for await (const chunk of readChunks(source, 8, cafChunks)) {
    if (chunk.id === 'data' && !samples) {
      const start = Math.min(chunk.start + EDIT_COUNT, source.size);
      samples = { start, bytes: meantBytes(Math.max(0, chunk.size - EDIT_COUNT), start, source) };
      if (start + samples.bytes >= source.size) break;
      continue;
    }
    if (samples && description && chunk.start + chunk.size > source.size) break; // nothing after the samples is needed
    checkInside(chunk, source);
    if (chunk.id === 'desc') description = readDescription(await readBody(chunk, source, 32));
  }
  if (!description) return fail('it has no "desc" chunk, which says how the samples are stored');
  if (!samples) return fail('it has no "data" chunk: the file ends before its samples begin');
  yield* decodeStored(source, context, { ...description, stretches: [samples] });
}

const [FLOAT, LITTLE_ENDIAN] = [1, 2];

function readDescription(view: DataView): Description {
  if (view.byteLength < 32) fail(`its "desc" chunk has ${view.byteLength} bytes; it needs 32`);
  const sampleRate = Math.round(view.getFloat64(0));
  const id = textOf(view, 8, 4);
  const [flags, packetBytes, packetFrames, channels, bits] = [12, 16, 20, 24, 28].map((at) => view.getUint32(at));
  checkShape(channels, sampleRate);
  if (id === 'ima4') return { sampleRate, codec: ima4Codec(channels) };
  const littleEndian = (flags & LITTLE_ENDIAN) !== 0;
  if (id === 'alaw' || id === 'ulaw') {
    const encoding = id === 'alaw' ? 'A-law' : 'µ-law';
    return { sampleRate, codec: plainCodec({ encoding, width: 1, littleEndian, channels }) };
  }
  if (id !== 'lpcm') refuseEncoding(OTHER_ENCODINGS[id] ?? `in CAF encoding "${id}"`);
  const encoding = flags & FLOAT ? 'float' : 'signed';
  const width = packetBytes / channels;
  const widths = encoding === 'float' ? [4, 8] : [1, 2, 3, 4];
  if (packetFrames !== 1 || !widths.includes(width) || bits > 8 * width) {
    fail(`its header contradicts itself: ${channels} × ${bits} bits in packets of ${packetBytes} bytes`);
  }
  return { sampleRate, codec: plainCodec({ encoding, width, littleEndian, channels }) };
}
