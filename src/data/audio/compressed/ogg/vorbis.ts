import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { SerError } from '../../../../error.ts';
import { BLOCK_SAMPLES, type ByteSource, type DecodeContext, type DecodedBlock, holds } from '../../format.ts';
import { wholeSource } from '../../source.ts';
import { audioStreams } from './codec.ts';
import { trimBlocks } from '../trim.ts';
import type { OggStream } from './pages.ts';

/** Decodes Ogg Vorbis with libvorbis; in a chained file every link with a decoder of its own. */
export async function* decodeVorbis(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const streams = audioStreams(await wholeSource(source), 'Vorbis');
  let seconds = 0;
  let cut = false;
  for (const stream of streams) {
    const decoder = new OggVorbisDecoder();
    await decoder.ready;
    try {
      for await (const block of trimmed(decodePackets(decoder, stream))) {
        seconds += block.channels[0].length / block.sampleRate;
        yield block;
      }
    } finally {
      decoder.free();
    }
    cut ||= !stream.complete;
    if (stream.packets.some(({ afterGap }, i) => afterGap && i > HEADERS)) {
      context.warn('Parts of it are missing: pages of the stream were lost.');
    }
  }
  if (cut) context.cutShort(`its last page is missing, after ${seconds.toFixed(2)} s`);
}

/** Number of header packets: identification, comment and setup. */
const HEADERS = 3;

interface DecodedPart extends DecodedBlock {
  /** Granule position of the page, if this is its last packet. */
  granule: number | undefined;
  /** Whether these are the last samples of the stream. */
  last: boolean;
}

/** Decodes the packets of a stream, a few at a time; the last one of a page on its own. */
async function* decodePackets(
  decoder: OggVorbisDecoder,
  { packets, complete }: OggStream,
): AsyncGenerator<DecodedPart> {
  const [identification, , setup] = packets.map(({ bytes }) => bytes);
  if (packets.length < HEADERS) throw new SerError('audio', 'it is cut short: an Ogg file without its headers');
  if (identification.length < 30 || !holds(setup, '\x05vorbis')) throw new SerError('audio', 'its headers are damaged');
  const most = Math.max(1, Math.floor(BLOCK_SAMPLES / (identification[11] * 2 ** ((identification[28] >> 4) - 1))));
  for (let from = HEADERS; from < packets.length;) {
    const goesOn = (to: number): boolean =>
      to < packets.length && to - from < most && packets[to].granule === undefined;
    let to = from + 1;
    if (packets[from].granule === undefined) while (goesOn(to)) to++;
    // The decoder takes the setup from the first packet, in the form in which the parser designed for it provides it.
    const frames = packets.slice(from, to).map(({ bytes }) => ({ data: bytes, header: { vorbisSetup: setup } }));
    const page = { data: from === HEADERS ? identification : NOTHING, codecFrames: frames, isLastPage: false };
    const decoded = await decoder.decodeOggPages([page] as unknown as OggPages);
    if (decoded.errors.length > 0) throw new SerError('audio', 'it is damaged: a packet is not Vorbis');
    const { channelData: channels, sampleRate } = decoded;
    yield { channels, sampleRate, granule: packets[to - 1].granule, last: complete && to === packets.length };
    from = to;
  }
}

type OggPages = Parameters<OggVorbisDecoder['decodeOggPages']>[0];
const NOTHING = new Uint8Array(1);

/** Largest number of packets per page; a stream without a granule position for longer is not trimmed at its beginning. */
const MOST_PACKETS = 256;

/**
 * Removes samples that the granule positions exclude: the first ones if the first page counts fewer samples than it has, and the last ones
 * if the last page does. As with libvorbis, at most the samples of one packet: files that were cut without re-encoding have more
 * on their first page, and keep as many samples as with oggdec.
 * Source: Vorbis I specification, section A.2.
 */
async function* trimmed(parts: AsyncIterable<DecodedPart>): AsyncGenerator<DecodedBlock> {
  let position = 0;
  /** Blocks before the first granule position; undefined once that is known. */
  let held: DecodedPart[] | undefined = [];
  for await (const part of parts) {
    const { length } = part.channels[0];
    position += length;
    const extra = Math.min(length, Math.max(0, position - (part.granule ?? position)));
    position = part.granule ?? position;
    if (part.last) part.channels = part.channels.map((samples) => samples.subarray(0, length - extra));
    if (!held) {
      yield part;
      continue;
    }
    held.push(part);
    if (part.granule === undefined && !part.last && held.length < MOST_PACKETS) continue;
    yield* part.last ? held : trimBlocks(held, extra);
    held = undefined;
  }
  if (held) yield* held;
}
