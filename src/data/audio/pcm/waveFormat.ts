import { SerError } from '../../../error.ts';
import { imaWavCodec } from './imaAdpcm.ts';
import { type Coefficients, msAdpcmCodec } from './msAdpcm.ts';
import { refuseEncoding } from './stored.ts';
import { checkShape, plainCodec, type SampleCodec } from './samples.ts';

/** The "fmt " chunk of WAV and W64. */
export interface WaveFormat {
  sampleRate: number;
  codec: SampleCodec;
}

/** More than any such chunk that can be read has. */
export const FORMAT_BYTES = 2048;

/** GUIDs of sub-formats without the encoding: KSDATAFORMAT_SUBTYPE_* and Ambisonic B-format. */
const SUBTYPE_FAMILIES = ['0000-0010-800000aa00389b71', '0721-11d3-8644c8c1ca000000'];

const [PCM, MS_ADPCM, FLOAT, A_LAW, MU_LAW, IMA_ADPCM, EXTENSIBLE] = [1, 2, 3, 6, 7, 0x11, 0xfffe];

/** Sources: RFC 2361; mmreg.h of the Windows SDK. */
const OTHER_ENCODINGS: Record<number, string> = {
  0x08: 'DTS',
  0x10: 'OKI ADPCM',
  0x14: 'G.723 ADPCM',
  0x16: 'DSP Group TrueSpeech',
  0x20: 'Yamaha ADPCM',
  0x22: 'DSP Group TrueSpeech',
  0x31: 'GSM 6.10',
  0x40: 'G.721 ADPCM',
  0x42: 'G.723.1',
  0x45: 'G.726 ADPCM',
  0x50: 'MPEG layer II',
  0x55: 'MP3',
  0x57: 'AMR',
  0x58: 'AMR wideband',
  0x64: 'G.726 ADPCM',
  0x65: 'G.722',
  0x83: 'G.729',
  0x92: 'AC-3',
  0xff: 'AAC',
  0x0160: 'Windows Media Audio',
  0x0161: 'Windows Media Audio',
  0x0162: 'Windows Media Audio',
  0x2000: 'AC-3',
  0x674f: 'Ogg Vorbis',
  0x704f: 'Opus',
  0xa109: 'Speex',
  0xf1ac: 'FLAC',
};

const fail = (message: string): never => {
  throw new SerError('audio', message);
};

/**
 * Reads a "fmt " chunk. If bits and bytes per sample disagree, the bits count, as in libsndfile and FFmpeg, unless they are of a kind that
 * is stored in larger containers.
 * @throws {SerError} `audio` if it contradicts itself, or names an encoding that cannot be decoded here
 */
export function readWaveFormat(view: DataView, littleEndian: boolean): WaveFormat {
  const size = view.byteLength;
  if (size < 16) fail(`its "fmt " chunk has ${size} bytes; it needs 16`);
  const channels = view.getUint16(2, littleEndian);
  const sampleRate = view.getUint32(4, littleEndian);
  const blockBytes = view.getUint16(12, littleEndian);
  const bits = view.getUint16(14, littleEndian);
  checkShape(channels, sampleRate);
  let tag = view.getUint16(0, littleEndian);
  if (tag === EXTENSIBLE) {
    if (size < 40) fail(`its extensible "fmt " chunk has ${size} bytes; it needs 40`);
    const subtype = readSubtype(view, littleEndian);
    if (!SUBTYPE_FAMILIES.includes(subtype.family)) {
      refuseEncoding('in a proprietary format (unknown sub-format)');
    }
    tag = subtype.tag;
  }
  const plain = (encoding: 'signed' | 'unsigned' | 'float' | 'A-law' | 'µ-law', width: number): WaveFormat => ({
    sampleRate,
    codec: plainCodec({ encoding, width, littleEndian, channels }),
  });
  switch (tag) {
    case PCM: {
      if (bits < 1 || bits > 32) fail(`its PCM samples have ${bits} bits; 1 to 32 can be read`);
      const width = containerBytes(bits, blockBytes / channels);
      return plain(width === 1 ? 'unsigned' : 'signed', width); // only 8 bits are unsigned
    }
    case FLOAT:
      if (bits !== 32 && bits !== 64) fail(`its float samples have ${bits} bits; 32 and 64 can be read`);
      return plain('float', bits / 8);
    case A_LAW:
      return plain('A-law', 1);
    case MU_LAW:
      return plain('µ-law', 1);
    case IMA_ADPCM:
    case MS_ADPCM:
      return {
        sampleRate,
        codec: adpcmCodec(tag, channels, blockBytes, bits, view),
      };
    default:
      return refuseEncoding(OTHER_ENCODINGS[tag] ?? `in encoding 0x${tag.toString(16)}`);
  }
}

/** Bytes per sample. 8 and 16 bits take no more than they need, even if the block size is wrong. */
function containerBytes(bits: number, byBlock: number): number {
  const least = Math.ceil(bits / 8);
  const whole = bits === 8 || bits === 16;
  return !whole && Number.isInteger(byBlock) && byBlock >= least && byBlock <= 4 ? byBlock : least;
}

/** Bytes per channel of an ADPCM block before its codes. */
const BLOCK_HEADERS = { [IMA_ADPCM]: 4, [MS_ADPCM]: 7 };

function adpcmCodec(tag: number, channels: number, blockBytes: number, bits: number, view: DataView): SampleCodec {
  if (bits !== 4) fail(`its ADPCM samples have ${bits} bits; 4 can be read`);
  if (blockBytes <= BLOCK_HEADERS[tag] * channels) {
    fail(`its header contradicts itself: ${channels} channels of ADPCM in blocks of ${blockBytes} bytes`);
  }
  return tag === IMA_ADPCM
    ? imaWavCodec(channels, blockBytes)
    : msAdpcmCodec(channels, blockBytes, readCoefficients(view));
}

/** The coefficients of Microsoft ADPCM in the header; undefined (the seven standard pairs) if it lists none. */
function readCoefficients(view: DataView): Coefficients[] | undefined {
  const count = view.byteLength >= 22 ? view.getUint16(20, true) : 0;
  if (count === 0 || view.byteLength < 22 + 4 * count) return undefined;
  return Array.from({ length: count }, (_, i) => [view.getInt16(22 + 4 * i, true), view.getInt16(24 + 4 * i, true)]);
}

/** The rest of the GUID of a sub-format of WAVE_FORMAT_EXTENSIBLE; its first field is the encoding. */
function readSubtype(view: DataView, littleEndian: boolean): { tag: number; family: string } {
  let family = '';
  for (const at of [28, 30]) family += view.getUint16(at, littleEndian).toString(16).padStart(4, '0') + '-';
  for (let at = 32; at < 40; at++) family += view.getUint8(at).toString(16).padStart(2, '0');
  return { tag: view.getUint32(24, littleEndian), family };
}
