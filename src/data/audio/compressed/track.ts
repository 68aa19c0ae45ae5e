import { SerError } from '../../../error.ts';
import type { ByteSource, Decode, DecodeContext, DecodedBlock } from '../format.ts';
import { bytesSource, joinBytes } from '../source.ts';
import { readOpusHead } from './opus/head.ts';

/** Storage of the samples of a PCM track. */
export interface PcmLayout {
  encoding: 'integer' | 'float' | 'A-law' | 'µ-law';
  bits: number;
  bigEndian: boolean;
}

/** A sound track of a container. */
export interface Track {
  codec: 'Opus' | 'AAC' | 'ALAC' | 'FLAC' | 'MP3' | 'Vorbis' | 'AMR' | 'AMR-WB' | 'PCM';
  /** The codec's configuration for its decoder, in the codec's own form. */
  config: Uint8Array;
  channels: number;
  /** Hz. */
  sampleRate: number;
  /** For PCM only. */
  pcm?: PcmLayout;
}

/**
 * Decodes packets of a track as one stream.
 * @param config  Opus: its header as in Ogg, without the name; AAC: AudioSpecificConfig; ALAC: its 24 bytes; FLAC: STREAMINFO
 * @throws {SerError} `audio` for damaged data, or AAC if there is no decoder
 */
export async function* decodeTrack(
  track: Track,
  packets: readonly Uint8Array[],
  context: DecodeContext,
): AsyncGenerator<DecodedBlock> {
  const { codec, config } = track;
  if (codec === 'Opus') {
    const { decodeOpusPackets } = await import('./opus/opusPackets.ts');
    yield* decodeOpusPackets(readOpusHead(config), packets, context);
  } else if (codec === 'AAC') {
    const { aacFrames, decodeAac } = await import('./aac/aac.ts');
    yield* decodeAac(bytesSource(aacFrames(config, packets)), context);
  } else if (codec === 'ALAC') {
    const { decodeAlac, readAlacConfig } = await import('./alac/alac.ts');
    yield* decodeAlac(readAlacConfig(config), packets);
  } else if (codec === 'AMR' || codec === 'AMR-WB') {
    const { decodeAmrPackets } = await import('./amr/amr.ts');
    yield* decodeAmrPackets(packets, codec === 'AMR-WB');
  } else if (codec === 'PCM') {
    const { decodeWav } = await import('../pcm/wav.ts');
    yield* decodeWav(wavOf(track, packets), within(context));
  } else if (codec === 'FLAC') {
    yield* await decodeAs('FLAC', [...flacStart(config), ...packets], context);
  } else if (codec === 'Vorbis') {
    throw new SerError(
      'audio',
      'its sound is Vorbis, which can be read in Ogg files only; convert it to Ogg, FLAC or WAV',
    );
  } else {
    yield* await decodeAs('MP3', packets, context);
  }
}

/** Decodes packets that form a file of another format when concatenated. */
async function decodeAs(
  name: string,
  packets: readonly Uint8Array[],
  context: DecodeContext,
): Promise<AsyncIterable<DecodedBlock>> {
  // Loaded here, as the list of formats refers to the containers with these tracks.
  const { FORMATS } = await import('../formats.ts');
  const bytes = joinBytes(packets);
  const format = FORMATS.find((one) => one.name === name);
  if (!format?.matches(bytes)) throw new SerError('audio', `it is damaged: its ${name} track contains something else`);
  const decode: Decode = await format.decoder();
  return decode(bytesSource(bytes), within(context));
}

/** A context without announcements and missing ends, which are the container's to report. */
function within(context: DecodeContext): DecodeContext {
  return { ...context, announce: () => undefined };
}

/** The beginning of a FLAC file. @param info  its STREAMINFO block, 34 bytes */
function flacStart(info: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, info.length), info];
}

/** A WAV file of the samples, whose header describes how they are stored. */
function wavOf({ pcm, channels, sampleRate }: Track, packets: readonly Uint8Array[]): ByteSource {
  const { encoding, bits, bigEndian } = pcm!;
  const samples = joinBytes(packets);
  const frame = (channels * bits) / 8;
  const header = new DataView(new ArrayBuffer(44));
  const tag = (at: number, text: string): void => [...text].forEach((c, i) => header.setUint8(at + i, c.charCodeAt(0)));
  tag(0, bigEndian ? 'RIFX' : 'RIFF');
  header.setUint32(4, 36 + samples.length, !bigEndian);
  tag(8, 'WAVEfmt ');
  header.setUint32(16, 16, !bigEndian);
  header.setUint16(20, { integer: 1, float: 3, 'A-law': 6, 'µ-law': 7 }[encoding], !bigEndian);
  header.setUint16(22, channels, !bigEndian);
  header.setUint32(24, sampleRate, !bigEndian);
  header.setUint32(28, sampleRate * frame, !bigEndian);
  header.setUint16(32, frame, !bigEndian);
  header.setUint16(34, bits, !bigEndian);
  tag(36, 'data');
  header.setUint32(40, samples.length, !bigEndian);
  return bytesSource(joinBytes([new Uint8Array(header.buffer), samples]));
}
