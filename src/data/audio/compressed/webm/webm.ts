import { SerError } from '../../../../error.ts';
import { type ByteSource, type DecodeContext, type DecodedBlock } from '../../format.ts';
import { joinBytes } from '../../source.ts';
import { OPUS_RATE, opusSamples } from '../opus/head.ts';
import { decodeTrack } from '../track.ts';
import { trimBlocks } from '../trim.ts';
import { windowed } from '../window.ts';
import { readBlock } from './blocks.ts';
import { elementIn, elementsOf, signed } from './ebml.ts';
import { soundTrackOf, type WebmTrack } from './soundTrack.ts';

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const DISCARD = 0x75a2;

/** Elements that contain others. Browsers that record do not know their final size. */
const OPEN = new Set([SEGMENT, CLUSTER, TRACKS]);

/** Limit of a block of sound, or a track's description. */
const MOST_BYTES = 16 * 2 ** 20;

/**
 * Decodes the first sound track of a WebM or Matroska file as browsers record it: sizes, duration and index may be
 * missing. The delay of the track is dropped at the beginning, and the padding of its last block at the end.
 * Source: RFC 9559.
 * @throws {SerError} `audio` if it is damaged, or its codec cannot be decoded
 */
export async function* decodeWebm(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const { track, packets, padding, missing } = await readPackets(source);
  if (packets.length === 0)
    throw new SerError('audio', missing ? `it is cut short: ${missing}` : 'it contains no sound');
  let keep = Infinity;
  if (track.codec === 'Opus') {
    const whole = packets.reduce((sum, packet) => sum + opusSamples(packet), 0);
    keep = Math.max(0, whole - Math.round((track.delay + padding) * OPUS_RATE));
    context.announce(keep, OPUS_RATE);
  }
  const blocks = decodeTrack(track, packets, context);
  yield* trimBlocks(blocks, (rate) => Math.round(track.delay * rate), keep);
  if (missing) context.cutShort(missing);
}

interface Packets {
  track: WebmTrack;
  packets: Uint8Array[];
  /** Seconds to drop at the end. */
  padding: number;
  /** What is missing from a file that is cut short. */
  missing?: string;
}

async function readPackets(source: ByteSource): Promise<Packets> {
  const bytes = windowed(source);
  let track: WebmTrack | undefined;
  const packets: Uint8Array[] = [];
  let padding = 0;
  let missing: string | undefined;
  let end = 0;
  const add = (block: Uint8Array, discard: number): void => {
    const { track: number, packets: parts } = readBlock(block);
    if (!track || number !== track.number) return;
    for (const part of parts) packets.push(joinBytes([track.prefix, part]).slice());
    padding = discard;
  };
  for await (const { id, start, end: stop } of elementsOf(bytes, OPEN)) {
    if (OPEN.has(id)) {
      if (stop > source.size && stop !== Infinity) missing = `${stop - source.size} bytes are missing`;
      end = start;
      continue;
    }
    if (stop > source.size) {
      missing =
        stop === Infinity ? `the bytes after ${start} cannot be read` : `${stop - source.size} bytes are missing`;
      end = source.size;
      break;
    }
    end = stop;
    if (id !== TRACK && id !== SIMPLE_BLOCK && id !== BLOCK_GROUP) continue;
    if (stop - start > MOST_BYTES) continue; // a picture, at most
    const body = await bytes.read(start, stop - start);
    if (id === TRACK) track ??= soundTrackOf(body.slice());
    else if (id === SIMPLE_BLOCK) add(body, 0);
    else {
      const block = elementIn(body, BLOCK);
      if (block) add(block, signed(elementIn(body, DISCARD)) / 1e9);
    }
  }
  if (end < source.size) missing ??= `the bytes after ${end} are not one of its elements`;
  if (!track) throw new SerError('audio', missing ? `it is cut short: ${missing}` : 'it is a WebM file without sound');
  return { track, packets, padding, missing };
}
