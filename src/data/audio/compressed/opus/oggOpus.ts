import { SerError } from '../../../../error.ts';
import { type ByteSource, type DecodeContext, type DecodedBlock, holds } from '../../format.ts';
import { wholeSource } from '../../source.ts';
import { type OggPacket, type OggStream, readOggLinks } from '../ogg/pages.ts';
import { trimBlocks } from '../trim.ts';
import { OPUS_RATE, opusSamples, readOpusHead } from './head.ts';
import { decodeOpusPackets } from './opusPackets.ts';

/**
 * Decodes Ogg Opus, the format of voice messages: every link of a chained file, without the samples that its header drops at the
 * beginning and the granule position of its last page at the end.
 * Source: RFC 7845.
 * @throws {SerError} `audio` if it is damaged, or contains no Opus
 */
export async function* decodeOggOpus(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const links = readOggLinks(await wholeSource(source));
  const streams = links.flatMap((streams) => streams.find(isOpus) ?? []);
  if (streams.length === 0) throw new SerError('audio', 'it is cut short: an Ogg file without its headers');
  const plans = streams.map(planOf);
  context.announce(
    plans.reduce((sum, { keep }) => sum + keep, 0),
    OPUS_RATE,
  );
  for (const { head, packets, keep } of plans) {
    const bytes = packets.map((packet) => packet.bytes);
    yield* trimBlocks(decodeOpusPackets(head, bytes, context), head.preSkip, keep);
  }
  if (plans.some(({ packets }) => packets.some(({ afterGap }) => afterGap))) {
    context.warn('Damaged in places: pages are missing, and their sound was left out.');
  }
  if (!streams.at(-1)!.complete) context.cutShort('its last page is missing');
}

function isOpus({ packets }: OggStream): boolean {
  return packets.length > 0 && holds(packets[0].bytes, 'OpusHead');
}

/** The packets of a stream to decode, and the samples to drop at either end. */
function planOf(stream: OggStream) {
  const head = readOpusHead(stream.packets[0].bytes.subarray(8));
  // The second packet contains the tags.
  const packets = stream.packets.slice(holds(stream.packets[1]?.bytes ?? new Uint8Array(), 'OpusTags') ? 2 : 1);
  const whole = packets.reduce((sum, { bytes }) => sum + opusSamples(bytes), 0);
  return { head, packets, keep: Math.max(0, whole - paddingOf(packets, stream.complete) - head.preSkip) };
}

/** Surplus samples of the last page, from its granule position and that of the previous page. */
function paddingOf(packets: readonly OggPacket[], complete: boolean): number {
  if (!complete) return 0;
  let since = 0; // samples that have ended since `position`
  let position: number | undefined;
  let padding = 0;
  for (const { bytes, granule } of packets) {
    since += opusSamples(bytes);
    if (granule === undefined) continue;
    // A stream may begin at any position; if its only page counts fewer samples than it has, it is trimmed.
    const before: number = position ?? Math.max(0, granule - since);
    padding = Math.min(since, Math.max(0, before + since - granule));
    [position, since] = [granule, 0];
  }
  return padding;
}
