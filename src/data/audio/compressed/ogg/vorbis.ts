import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { SerError } from '../../../../error.ts';
import { BLOCK_SAMPLES, type ByteSource, type DecodeContext, type DecodedBlock, holds } from '../../format.ts';
import { wholeSource } from '../../source.ts';
import { audioStreams } from './codec.ts';
import type { OggStream } from './pages.ts';

/** Decodes Ogg Vorbis by libvorbis; of a chained file every link, by a decoder of its own. */
export async function* decodeVorbis(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const streams = audioStreams(await wholeSource(source), 'Vorbis');
  let seconds = 0;
  let cut = false;
  for (const stream of streams) {
    const decoder = new OggVorbisDecoder();
    await decoder.ready;
    try {
      for await (const block of trimmed(decodePages(decoder, stream))) {
        seconds += block.channels[0].length / block.sampleRate;
        yield block;
      }
    } finally {
      decoder.free();
    }
    cut ||= !stream.complete;
    if (stream.packets.some(({ afterGap }, i) => afterGap && i > HEADERS)) {
      context.warn('Parts of it are missing: it lost pages on its way.');
    }
  }
  if (cut) context.cutShort(`its last page is missing, after ${seconds.toFixed(2)} s`);
}

/** Identification, comment and setup. */
const HEADERS = 3;

interface DecodedPage extends DecodedBlock {
  /** The granule position of the page, if these are its last samples. */
  granule: number | undefined;
  /** Whether these are the last samples of the stream. */
  last: boolean;
}

/** Decodes the packets of a stream, a few at a time, and no more than those of a page. */
async function* decodePages(decoder: OggVorbisDecoder, { packets, complete }: OggStream): AsyncGenerator<DecodedPage> {
  const [identification, , setup] = packets.map(({ bytes }) => bytes);
  if (packets.length < HEADERS) throw new SerError('audio', 'it is cut short: an Ogg file without its headers');
  if (identification.length < 30 || !holds(setup, '\x05vorbis')) throw new SerError('audio', 'its headers are damaged');
  const most = Math.max(1, Math.floor(BLOCK_SAMPLES / (identification[11] * 2 ** ((identification[28] >> 4) - 1))));
  for (let from = HEADERS; from < packets.length;) {
    let to = from + 1;
    while (to < packets.length && to - from < most && packets[to - 1].granule === undefined) to++;
    // The decoder takes the setup from the first packet, as the parser that it is made for gives it.
    const frames = packets.slice(from, to).map(({ bytes }) => ({ data: bytes, header: { vorbisSetup: setup } }));
    const page = { data: from === HEADERS ? identification : NOTHING, codecFrames: frames, isLastPage: false };
    const decoded = await decoder.decodeOggPages([page] as unknown as OggPages);
    if (decoded.errors.length > 0) throw new SerError('audio', 'it is damaged: a packet is no Vorbis');
    const { channelData: channels, sampleRate } = decoded;
    yield { channels, sampleRate, granule: packets[to - 1].granule, last: complete && to === packets.length };
    from = to;
  }
}

type OggPages = Parameters<OggVorbisDecoder['decodeOggPages']>[0];
const NOTHING = new Uint8Array(1);

/** A page cannot hold more packets than that; a stream that says no position for longer is not trimmed at its beginning. */
const MOST_PACKETS = 256;

/**
 * Leaves out what the granule positions leave out: where the first page counts fewer samples than it has, its first ones; where the
 * last page does, its last ones. Source: Vorbis I specification, section A.2.
 */
async function* trimmed(pages: AsyncIterable<DecodedPage>): AsyncGenerator<DecodedBlock> {
  let position = 0;
  /** What comes before the first granule position; nothing once that has been seen. */
  let first: DecodedPage[] | undefined = [];
  for await (const page of pages) {
    position += page.channels[0].length;
    const extra = Math.max(0, position - (page.granule ?? position));
    position = page.granule ?? position;
    if (page.last)
      page.channels = page.channels.map((samples) => samples.subarray(0, Math.max(0, samples.length - extra)));
    if (!first) {
      yield page;
      continue;
    }
    first.push(page);
    if (page.granule === undefined && !page.last && first.length < MOST_PACKETS) continue;
    yield* page.last ? first : withoutStart(first, extra);
    first = undefined;
  }
  if (first) yield* first;
}

function* withoutStart(blocks: readonly DecodedBlock[], count: number): Generator<DecodedBlock> {
  for (const { channels, sampleRate } of blocks) {
    const left = Math.min(count, channels[0].length);
    count -= left;
    yield { channels: channels.map((samples) => samples.subarray(left)), sampleRate };
  }
}
