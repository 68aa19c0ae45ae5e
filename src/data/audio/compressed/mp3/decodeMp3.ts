import { MPEGDecoder } from 'mpg123-decoder';
import { SerError } from '../../../../error.ts';
import { BLOCK_SAMPLES, type ByteSource, type DecodeContext, type DecodedBlock, HEAD_BYTES } from '../../format.ts';
import { joinBytes, wholeSource } from '../../source.ts';
import { withoutConsole } from '../withoutConsole.ts';
import { findFrames } from './header.ts';
import { type Mp3Stream, readStreams } from './layout.ts';

/**
 * Decodes MP3, and MPEG audio of Layer II, by mpg123. The decoder is given the frames alone: tags, zeros and the like before, between and
 * behind them are passed over. What the encoder put before and behind the recording is left out where it says how much that is.
 * @throws {SerError} `audio` if much of it is damaged; of a few damaged frames the context is told
 */
export async function* decodeMp3(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const bytes = await wholeSource(source);
  const first = findFrames(bytes, 0, HEAD_BYTES);
  if (first === undefined) {
    throw new SerError(
      'audio',
      'it is an MP3 in free format, whose frames do not say how long they are; convert it to WAV',
    );
  }
  const streams = readStreams(bytes, first);
  checkDamage(streams, context);
  for (const stream of streams) {
    yield* decodeStream(stream);
    checkLength(stream, context);
  }
}

/** More damaged frames than that are too many for anything to be learnt from the recording. */
const MOST_DAMAGED = 0.1;

function checkDamage(streams: readonly Mp3Stream[], context: DecodeContext): void {
  const all = streams.reduce((sum, { frames }) => sum + frames.length, 0);
  const damaged = streams.reduce((sum, stream) => sum + stream.damaged, 0);
  if (damaged > MOST_DAMAGED * all) {
    throw new SerError('audio', `it is damaged: ${damaged} of its ${all} MP3 frames are not as they should be`);
  }
  if (damaged > 0) {
    context.warn(
      `Damaged: ${damaged} of its ${all} MP3 frames are not as they should be. What they held is missing or distorted.`,
    );
  } else if (streams.some(({ changed }) => changed)) {
    context.warn('Its MP3 frames do not fit the checksum of their encoder: they are damaged, or were changed since.');
  }
}

/** Says what is missing at the end. */
function checkLength({ counts, frames, header, missing }: Mp3Stream, context: DecodeContext): void {
  if (counts?.frames) {
    const found = frames.length - 1;
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    // Some programs count the frame that counts as well.
    const complete = missing === 0 && counts.frames === found + 1 && (counts.bytes ?? 0) <= bytes;
    if (found >= counts.frames || complete) return;
    const [lost, whole] = [counts.frames - found, counts.frames].map((n) => (n * header.samples) / header.sampleRate);
    context.cutShort(`${lost.toFixed(2)} of ${whole.toFixed(2)} s are missing`);
  } else if (missing > 0) context.cutShort(`${missing} bytes of its last frame are missing`);
}

/** The decoder is made for the stream, and thrown away: it keeps nothing for the next one. */
async function* decodeStream({ header, frames }: Mp3Stream): AsyncGenerator<DecodedBlock> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    const count = Math.floor(BLOCK_SAMPLES / (2 * header.samples));
    for (let from = 0; from < frames.length; from += count) {
      const decoded = withoutConsole(() => decoder.decode(joinBytes(frames.slice(from, from + count))));
      if (decoded.errors.length > 0) throw new SerError('audio', 'it is damaged: a frame is no MP3');
      if (decoded.samplesDecoded === 0) continue;
      yield { channels: decoded.channelData.slice(0, header.channels), sampleRate: decoded.sampleRate };
    }
  } finally {
    decoder.free();
  }
}
