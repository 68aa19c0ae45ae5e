import { SerError } from '../../../../error.ts';
import { BLOCK_SAMPLES, type ByteSource, type DecodeContext, type DecodedBlock, holds } from '../../format.ts';
import { joinBytes, wholeSource } from '../../source.ts';
import { audioStreams } from '../ogg/codec.ts';
import { type Frame, decodeFrame } from './frame.ts';
import {
  type FrameHeader,
  INFO_BYTES,
  LONGEST_HEADER,
  readFrameHeader,
  readStreamInfo,
  type StreamInfo,
} from './header.ts';

/**
 * Decodes FLAC of 4 to 32 bits and 1 to 8 channels, bit-exactly. No state is kept between files.
 * Concatenated files are read as one; anything else after the last frame (tags, zeros) is skipped.
 * @throws {SerError} `audio` if a frame does not match its checksum, or there is something else between two frames
 */
export async function* decodeFlac(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  let bytes = await wholeSource(source);
  let offset = 0;
  while (holds(bytes, 'fLaC')) {
    const end: number = yield* decodeStream(bytes, offset, context);
    offset += end;
    bytes = bytes.subarray(end);
  }
}

/** Decodes FLAC in Ogg. Source: RFC 9639, section 10.1. */
export async function* decodeOggFlac(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  for (const { packets, complete } of audioStreams(await wholeSource(source), 'FLAC')) {
    // Its first packet has a header of nine bytes before the beginning of a FLAC file; then come metadata blocks, then frames.
    const stream = joinBytes(packets.map(({ bytes }, i) => (i === 0 ? bytes.subarray(9) : bytes)));
    if (!complete) context.cutShort('its last page is missing'); // the stream may know how much is missing
    yield* decodeStream(stream, 0, context);
    if (packets.some(({ afterGap }) => afterGap)) context.warn(FRAMES_MISSING);
  }
}

const FRAMES_MISSING = 'Parts of it are missing: it lost frames on its way.';

/** @param offset  of the stream in its file, for messages. @returns the end of the stream */
async function* decodeStream(
  bytes: Uint8Array,
  offset: number,
  context: DecodeContext,
): AsyncGenerator<DecodedBlock, number> {
  const info = streamInfo(bytes);
  context.announce(info.samples, info.sampleRate);
  let arrays: Float64Array[] = [];
  let at = firstFrame(bytes, info);
  let count = 0;
  let first: FrameHeader | undefined;
  let last: FrameHeader | undefined;
  let frame: Frame | undefined;
  let framesMissing = false;
  for (;;) {
    const header = readFrameHeader(bytes, at, info);
    if (!header) break;
    if (arrays.length < header.channels || arrays[0].length < header.blockSize) {
      arrays = Array.from({ length: header.channels }, () => new Float64Array(header.blockSize));
    }
    frame = decodeFrame(bytes, at, header, arrays);
    if (frame.state !== 'whole') break;
    yield* blocks(frame.channels, header);
    framesMissing ||= last !== undefined && header.number !== last.number + (last.variable ? last.blockSize : 1);
    first ??= header;
    last = header;
    count += header.blockSize;
    at = frame.end;
  }
  if (framesMissing) context.warn(FRAMES_MISSING);
  if (info.samples === 0 && first && first.number > 0) {
    context.warn('It is a piece of a longer recording: its beginning is missing.');
  }

  const atEnd = at === bytes.length || holds(bytes, 'fLaC', at);
  if (info.samples > 0 ? count >= info.samples : atEnd) return at;
  if (frame?.state === 'damaged' || findFrame(bytes, at + 1, info, last)) {
    throw new SerError('audio', `it is damaged: the FLAC frame at byte ${offset + at} is corrupt`);
  }
  if (info.samples > 0) {
    const [missing, whole] = [info.samples - count, info.samples].map((samples) => samples / info.sampleRate);
    const amount = `${missing.toFixed(2)} of ${whole.toFixed(2)} s`;
    // A piece cut out of a stream keeps its frame numbers, and often the header of the whole.
    if (atEnd && first && first.number > 0)
      context.warn(`It is a piece of a longer recording: ${amount} were cut off.`);
    else context.cutShort(`${amount} are missing`);
  } else if (frame?.state === 'ends' || (bytes[at] === 0xff && bytes.length - at < LONGEST_HEADER)) {
    context.cutShort(`its last frame ends too soon, after ${(count / info.sampleRate).toFixed(2)} s`);
  }
  return at;
}

function streamInfo(bytes: Uint8Array): StreamInfo {
  if (bytes.length < 8 + INFO_BYTES || (bytes[4] & 0x7f) !== 0) {
    throw new SerError('audio', 'it is a FLAC file without its STREAMINFO block: cut short or damaged');
  }
  return readStreamInfo(bytes.subarray(8));
}

/**
 * Position of the first frame, after the metadata blocks. The stored length of a block can be wrong (pictures of 16 MB and more):
 * in that case the position of the first frame header after the start of that block.
 */
function firstFrame(bytes: Uint8Array, info: StreamInfo): number {
  let at = 4;
  for (let last = false; !last && at + 4 <= bytes.length;) {
    const end = at + 4 + bytes[at + 1] * 65_536 + bytes[at + 2] * 256 + bytes[at + 3];
    if (end > bytes.length) break;
    last = bytes[at] >= 0x80;
    at = end;
  }
  return findFrame(bytes, at, info) ?? bytes.length;
}

/** Position of the next frame header of the same stream after the frame `last`. */
function findFrame(bytes: Uint8Array, from: number, info: StreamInfo, last?: FrameHeader): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const header = readFrameHeader(bytes, at, info);
    if (!header || header.channels !== info.channels || header.bits !== info.bits) continue;
    if (!last || (header.sampleRate === last.sampleRate && header.number > last.number)) return at;
  }
  return undefined;
}

/** A frame's samples in blocks of bounded size, full scale ±1. */
function* blocks(channels: readonly Float64Array[], { bits, sampleRate }: FrameHeader): Generator<DecodedBlock> {
  const scale = 2 ** (1 - bits);
  const size = Math.floor(BLOCK_SAMPLES / channels.length);
  for (let from = 0; from < channels[0].length; from += size) {
    yield {
      channels: channels.map((samples) => {
        const part = new Float32Array(Math.min(size, samples.length - from));
        for (let i = 0; i < part.length; i++) part[i] = samples[from + i] * scale;
        return part;
      }),
      sampleRate,
    };
  }
}
