import { SerError } from '../../../../error.ts';
import { holds } from '../../format.ts';
import { framesBegin, type MpegHeader, readMpegHeader, sameStream } from './header.ts';
import { crc16, readInfoFrame, type StreamCounts } from './infoFrame.ts';
import { createFrameCheck } from './sideInfo.ts';

/** The output of one encoder: a file may contain several such streams, one after the other. */
export interface Mp3Stream {
  header: MpegHeader;
  /** The frames in order, without foreign data; the info frame is the first. */
  frames: Uint8Array[];
  /** The content of the info frame. */
  counts?: StreamCounts;
  /** Number of frames known to be damaged. */
  damaged: number;
  /** Whether they do not match the encoder's checksum. */
  changed: boolean;
  /** Bytes missing from the last frame. */
  missing: number;
}

/** Tags that may stand between frames. */
const TAGS = ['TAG', 'ID3', 'APETAGEX', 'LYRICSBEGIN'];

/**
 * Finds the frames of an MP3 file.
 * @param first  position of the first frame
 * @throws {SerError} `audio` if its sample rate or channel count changes
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

/** Position at which the stream continues after foreign data: two consecutive frames, or the last one of the file. */
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

/** Checks the frames against the encoder's checksum, or, without one, against each other. */
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
