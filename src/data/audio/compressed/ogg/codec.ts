import { SerError } from '../../../../error.ts';
import { holds } from '../../format.ts';
import { type OggStream, readOggLinks } from './pages.ts';

/** Beginning of a stream's first packet, by codec. */
const AUDIO_CODECS = { Vorbis: '\x01vorbis', Opus: 'OpusHead', FLAC: '\x7fFLAC', Speex: 'Speex   ' } as const;

/** An audio codec of Ogg files. */
export type OggCodec = keyof typeof AUDIO_CODECS;

function codecOf(firstPacket: Uint8Array): OggCodec | undefined {
  return (Object.keys(AUDIO_CODECS) as OggCodec[]).find((codec) => holds(firstPacket, AUDIO_CODECS[codec]));
}

/**
 * The codec of an Ogg file's first audio stream; streams of other things (Skeleton, pictures) may come before it.
 * @param head  the beginning of the file
 */
export function oggCodec(head: Uint8Array): OggCodec | undefined {
  // Each stream begins with a page that contains its first packet, before any other page.
  for (let at = 0; holds(head, 'OggS', at) && (head[at + 5] & 2) !== 0;) {
    const start = at + 27 + head[at + 26];
    const codec = codecOf(head.subarray(start));
    if (codec) return codec;
    at = head.subarray(at + 27, start).reduce((sum, size) => sum + size, start);
  }
  return undefined;
}

/**
 * The first audio stream of every link of an Ogg file.
 * @throws {SerError} `audio` if there is none, one has another codec, or the file is damaged
 */
export function audioStreams(bytes: Uint8Array, codec: OggCodec): OggStream[] {
  const links = readOggLinks(bytes);
  if (links.length === 0) throw new SerError('audio', 'it is cut short: an Ogg file without a complete page');
  return links.map((streams) => {
    const stream = streams.find(({ packets }) => packets.length > 0 && codecOf(packets[0].bytes));
    const found = stream && codecOf(stream.packets[0].bytes);
    if (stream && found === codec) return stream;
    throw new SerError('audio', `it is an Ogg file with ${found ?? 'no known audio codec'}; convert it to FLAC or WAV`);
  });
}
