import { SerError } from '../../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../../format.ts';
import { windowed } from '../window.ts';
import { decodeAac } from './aac.ts';
import { FRAME_SAMPLES, HEADER, readFrame } from './adtsFrames.ts';

/**
 * Decodes AAC in ADTS frames, as in radio streams and from some recorders, with the caller's decoder.
 * @throws {SerError} `audio` if the caller has none, or the frames end too early
 */
export async function* decodeAdts(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const bytes = windowed(source);
  let samples = 0;
  let sampleRate = 0;
  let end = 0; // of the last complete frame
  let between = 0; // bytes between frames
  for (let at = 0; at < bytes.size;) {
    const frame = readFrame(await bytes.read(at, HEADER));
    if (!frame) {
      at++;
      continue;
    }
    if (at + frame.length > bytes.size) {
      if (at === end) context.cutShort(`${at + frame.length - bytes.size} bytes of its last frame are missing`);
      break;
    }
    between += at - end;
    sampleRate = frame.sampleRate;
    samples += FRAME_SAMPLES * frame.blocks;
    end = at += frame.length;
  }
  if (samples === 0) throw new SerError('audio', 'it holds no whole AAC frame');
  if (between > 0) context.warn(`Damaged: ${between} bytes between its AAC frames are not AAC.`);
  context.announce(samples, sampleRate);
  yield* decodeAac({ size: end, read: (from, count) => source.read(from, Math.min(count, end - from)) }, context);
}
