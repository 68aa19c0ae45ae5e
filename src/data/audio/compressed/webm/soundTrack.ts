import { SerError } from '../../../../error.ts';
import { joinBytes } from '../../source.ts';
import type { PcmLayout, Track } from '../track.ts';
import { elementIn, elementsIn, float, text, unsigned } from './ebml.ts';

/** The sound track of a Matroska or WebM file. */
export interface WebmTrack extends Track {
  number: number;
  /** Seconds to leave out at the beginning. */
  delay: number;
  /** Bytes removed from the start of each packet. */
  prefix: Uint8Array;
}

const SOUND = 2;
const HEADER_STRIPPING = 3;

const fail = (message: string): never => {
  throw new SerError('audio', message);
};

/** The track of an entry of `Tracks`, if it is an audio track (RFC 9559, section 5.1.4.1). */
export function soundTrackOf(entry: Uint8Array): WebmTrack | undefined {
  if (unsigned(elementIn(entry, 0x83)) !== SOUND) return undefined;
  const audio = elementIn(entry, 0xe1) ?? new Uint8Array();
  const config = (elementIn(entry, 0x63a2) ?? new Uint8Array()).slice();
  const sampleRate = Math.round(float(elementIn(audio, 0xb5), 8000));
  const channels = unsigned(elementIn(audio, 0x9f), 1);
  const bits = unsigned(elementIn(audio, 0x6264), 16);
  return {
    ...codecOf(text(elementIn(entry, 0x86)), config, bits),
    number: unsigned(elementIn(entry, 0xd7)),
    sampleRate,
    channels,
    delay: unsigned(elementIn(entry, 0x56aa)) / 1e9,
    prefix: prefixOf(entry),
  };
}

const FLAC_INFO = 34;

function codecOf(name: string, config: Uint8Array, bits: number): Pick<Track, 'codec' | 'config' | 'pcm'> {
  const pcm = (encoding: PcmLayout['encoding'], bigEndian = false) =>
    ({ codec: 'PCM', config, pcm: { encoding, bits, bigEndian } }) as const;
  if (name === 'A_OPUS') return { codec: 'Opus', config: config.subarray(8) };
  if (name === 'A_VORBIS') return { codec: 'Vorbis', config };
  if (name.startsWith('A_AAC')) {
    return config.length > 0 ? { codec: 'AAC', config } : fail('its AAC track has no header');
  }
  if (name === 'A_FLAC') return { codec: 'FLAC', config: config.subarray(8, 8 + FLAC_INFO) };
  if (name === 'A_ALAC') return { codec: 'ALAC', config };
  if (name === 'A_MPEG/L3') return { codec: 'MP3', config };
  if (name === 'A_PCM/INT/LIT') return pcm('integer');
  if (name === 'A_PCM/INT/BIG') return pcm('integer', true);
  if (name === 'A_PCM/FLOAT/IEEE') return pcm('float');
  return fail(`its sound is ${name || 'of no known kind'}, which cannot be read; convert it to WAV`);
}

/** @throws {SerError} `audio` if its packets are encrypted or compressed again */
function prefixOf(entry: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { id, body } of elementsIn(elementIn(entry, 0x6d80) ?? new Uint8Array())) {
    if (id !== 0x6240) continue;
    const compression = elementIn(body, 0x5034);
    if (!compression || unsigned(elementIn(compression, 0x4254)) !== HEADER_STRIPPING) {
      return fail('its packets are encrypted, or compressed again, which cannot be read');
    }
    parts.push((elementIn(compression, 0x4255) ?? new Uint8Array()).slice());
  }
  return joinBytes(parts);
}
