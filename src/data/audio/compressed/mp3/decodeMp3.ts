import { MPEGDecoder } from 'mpg123-decoder';
import { SerError } from '../../../../error.ts';
import { BLOCK_SAMPLES, type ByteSource, type DecodeContext, type DecodedBlock, HEAD_BYTES } from '../../format.ts';
import { joinBytes, wholeSource } from '../../source.ts';
import { withoutConsole } from '../withoutConsole.ts';
import { findFrames } from './header.ts';
import { type Mp3Stream, readStreams } from './layout.ts';

/**
 * Decodes MP3, and MPEG audio of Layer II, with mpg123. The decoder receives frames only: tags, zeros and the like before, between and
 * after them are skipped. The encoder's padding before and after the recording is removed if its length is known.
 * @throws {SerError} `audio` if much of it is damaged; a few damaged frames are only a warning
 */
export async function* decodeMp3(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const bytes = await wholeSource(source);
  const first = findFrames(bytes, 0, HEAD_BYTES);
  if (first === undefined) {
    throw new SerError(
      'audio',
      'it is an MP3 in free format, whose frames do not state their length; convert it to WAV',
    );
  }
  const streams = readStreams(bytes, first);
  checkDamage(streams, context);
  for (const stream of streams) {
    yield* decodeStream(stream);
    checkLength(stream, context);
  }
}

/** Largest share of damaged frames for a recording that is still usable. */
const MOST_DAMAGED = 0.1;

function checkDamage(streams: readonly Mp3Stream[], context: DecodeContext): void {
  const all = streams.reduce((sum, { frames }) => sum + frames.length, 0);
  const damaged = streams.reduce((sum, stream) => sum + stream.damaged, 0);
  if (damaged > MOST_DAMAGED * all) {
    throw new SerError('audio', `it is damaged: ${damaged} of its ${all} MP3 frames are corrupt`);
  }
  if (damaged > 0) {
    context.warn(`Damaged: ${damaged} of its ${all} MP3 frames are corrupt. Their sound is missing or distorted.`);
  } else if (streams.some(({ changed }) => changed)) {
    context.warn('Its MP3 frames do not match the checksum of their encoder: they are damaged, or were changed later.');
  }
}

/** Reports what is missing at the end. */
function checkLength({ counts, frames, header, missing }: Mp3Stream, context: DecodeContext): void {
  if (counts?.frames) {
    const found = frames.length - 1;
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    // Some programs include the info frame in the count.
    const complete = missing === 0 && counts.frames === found + 1 && (counts.bytes ?? 0) <= bytes;
    if (found >= counts.frames || complete) return;
    const [lost, whole] = [counts.frames - found, counts.frames].map((n) => (n * header.samples) / header.sampleRate);
    context.cutShort(`${lost.toFixed(2)} of ${whole.toFixed(2)} s are missing`);
  } else if (missing > 0) context.cutShort(`${missing} bytes of its last frame are missing`);
}

/** Decodes a stream with a decoder of its own, so that no state is left for the next stream. */
async function* decodeStream({ header, frames }: Mp3Stream): AsyncGenerator<DecodedBlock> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    const count = Math.floor(BLOCK_SAMPLES / (2 * header.samples));
    for (let from = 0; from < frames.length; from += count) {
      const decoded = withoutConsole(() => decoder.decode(joinBytes(frames.slice(from, from + count))));
      if (decoded.errors.length > 0) throw new SerError('audio', 'it is damaged: a frame is not MP3');
      if (decoded.samplesDecoded === 0) continue;
      yield { channels: decoded.channelData.slice(0, header.channels), sampleRate: decoded.sampleRate };
    }
  } finally {
    decoder.free();
  }
}
