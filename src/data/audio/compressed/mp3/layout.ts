import { SerError } from '../../../../error.ts';
import { holds } from '../../format.ts';
import { framesBegin, type MpegHeader, readMpegHeader, sameStream } from './header.ts';
import { crc16, readInfoFrame, type StreamCounts } from './infoFrame.ts';
import { createFrameCheck } from './sideInfo.ts';

/** What one encoder wrote: a file may hold several such streams, one behind the other. */
export interface Mp3Stream {
  header: MpegHeader;
  /** The frames in order, what does not belong to the stream left out; the one that counts them is the first. */
  frames: Uint8Array[];
  /** What that one says. */
  counts?: StreamCounts;
  /** Frames that are not as they were written, as far as that shows. */
  damaged: number;
  /** Whether they differ from what the encoder took a checksum of. */
  changed: boolean;
  /** Bytes of the last frame that are missing. */
  missing: number;
}

/** Tags that may stand between frames. */
const TAGS = ['TAG', 'ID3', 'APETAGEX', 'LYRICSBEGIN'];

/**
 * Finds the frames of an MP3 file.
 * @param first  where the first one begins
 * @throws {SerError} `audio` if its sample rate or channel count changes on the way
 */
export function readStreams(bytes: Uint8Array, first: number): Mp3Stream[] {
  const streams: Mp3Stream[] = [];
  let stream: Mp3Stream | undefined;
  const reference = readMpegHeader(bytes, first)!;
  for (let at: number | undefined = first; at !== undefined && at < bytes.length;) {
    const header = readMpegHeader(bytes, at);
    if (header && header.length > 0 && sameStream(header, reference)) {
      const frame = bytes.subarray(at, at + header.length);
      if (frame.length < header.length) {
        if (stream) stream.missing = header.length - frame.length;
        break;
      }
      const counts = readInfoFrame(frame, header);
      if (!stream || counts) {
        stream = { header, frames: [], counts, damaged: 0, changed: false, missing: 0 };
        streams.push(stream);
      }
      stream.frames.push(frame);
      at += header.length;
    } else {
      if (framesBegin(bytes, at)) throw new SerError('audio', 'its sample rate or channel count changes on the way');
      const next = nextFrame(bytes, at + 1, reference);
      if (stream && next !== undefined && !TAGS.some((tag) => holds(bytes, tag, at))) stream.damaged++;
      at = next;
    }
  }
  for (const each of streams) checkFrames(each);
  return streams;
}

/** Where the stream goes on behind something else: with two frames in a row, or the last one of the file. */
function nextFrame(bytes: Uint8Array, from: number, reference: MpegHeader): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const header = readMpegHeader(bytes, at);
    if (!header || header.length === 0) continue;
    if (framesBegin(bytes, at)) return at;
    if (!sameStream(header, reference)) continue;
    if (at + header.length === bytes.length || framesBegin(bytes, at, 2)) return at;
  }
  return undefined;
}

/** Compares the frames with the encoder's checksum of them; where there is none, with each other. */
function checkFrames(stream: Mp3Stream): void {
  const { counts, frames, header } = stream;
  const sound = counts ? frames.slice(1) : frames;
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  if (counts?.checksum !== undefined && counts.bytes === bytes) {
    stream.changed = sound.reduce((crc, frame) => crc16(frame, crc), 0) !== counts.checksum;
    if (!stream.changed) return;
  }
  if (header.layer !== 3) return;
  const fits = createFrameCheck();
  for (const frame of sound) if (!fits(frame, readMpegHeader(frame, 0)!)) stream.damaged++;
}
