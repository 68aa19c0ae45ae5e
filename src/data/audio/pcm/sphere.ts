import { SerError } from '../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../format.ts';
import { textOf } from './chunks.ts';
import { checkShape, plainCodec, type PlainSamples, viewOf } from './samples.ts';
import { refuseEncoding, decodeStored, meantBytes } from './stored.ts';

/** Bytes of the first two lines: "NIST_1A" and the size of the whole header, nearly always 1024. */
const FIRST_LINES = 16;
const MAX_HEADER = 65_536;

/** Names of encodings; older files use several. */
const COMPANDED: Record<string, PlainSamples['encoding']> = {
  ulaw: 'µ-law',
  'mu-law': 'µ-law',
  mulaw: 'µ-law',
  alaw: 'A-law',
  'a-law': 'A-law',
};

/**
 * Decodes NIST SPHERE, the format of TIMIT, Switchboard and many others of the Linguistic Data Consortium: PCM, µ-law and A-law.
 * Source: NIST, SPHERE 2.6, doc/sphere.doc.
 * @throws {SerError} `audio` if the header contradicts itself or the bytes, or the samples are compressed
 */
export async function* decodeSphere(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const size = Number(textOf(viewOf(await source.read(0, FIRST_LINES)), 8, 8));
  if (!(size >= FIRST_LINES && size <= Math.min(MAX_HEADER, source.size))) {
    throw new SerError('audio', 'its SPHERE header does not state its length: cut short or damaged');
  }
  const fields = readFields(textOf(viewOf(await source.read(0, size)), FIRST_LINES, size));
  const [coding = 'pcm', ...compression] = (fields.get('sample_coding') ?? 'pcm').toLowerCase().split(',');
  const channels = Number(fields.get('channel_count') ?? 1);
  const sampleRate = Math.round(Number(fields.get('sample_rate')));
  const count = Number(fields.get('sample_count') ?? 0);
  const order = fields.get('sample_byte_format') ?? '01';
  const encoding = coding === 'pcm' ? 'signed' : COMPANDED[coding];
  if (compression.length > 0 || !encoding || !/^[0-7]+$/.test(order)) {
    const how = [coding, ...compression].join(',');
    return refuseEncoding(describe(/^[0-7]+$/.test(order) ? how : order));
  }
  const width = encoding === 'signed' ? Number(fields.get('sample_n_bytes') ?? 2) : 1;
  if (![1, 2, 3, 4].includes(width)) throw new SerError('audio', `its samples have ${width} bytes; 1 to 4 can be read`);
  checkShape(channels, sampleRate);
  const codec = plainCodec({ encoding, width, littleEndian: order.startsWith('0'), channels });
  const bytes = meantBytes(count >= 0 ? count * codec.blockBytes : 0, size, source);
  yield* decodeStored(source, context, { codec, sampleRate, stretches: [{ start: size, bytes }] });
}

/** Lines such as "sample_count -i 27200" and "sample_coding -s3 pcm". */
function readFields(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of header.split('\n')) {
    if (line.trim() === 'end_head') break;
    const match = /^\s*(\S+)\s+-[irs]\d*\s+(.*?)\s*$/.exec(line);
    if (match) fields.set(match[1], match[2]);
  }
  return fields;
}

function describe(coding: string): string {
  if (coding.includes('shorten')) return 'compressed with Shorten (unpack them with sph2pipe)';
  return `in SPHERE coding "${coding.slice(0, 40)}"`;
}
