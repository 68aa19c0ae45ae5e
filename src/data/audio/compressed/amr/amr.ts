import { decoder as createDecoder } from '@audio/decode-amr';
import { SerError } from '../../../../error.ts';
import { type ByteSource, type DecodeContext, type DecodedBlock, holds } from '../../format.ts';
import { windowed } from '../window.ts';
import { amrFrameSize, LONGEST_FRAME, NARROW, WIDE } from './frames.ts';

/** Frame type by which the decoder produces comfort noise; it does not know other systems' types. */
const FOREIGN_NOISE = 9;
const NO_DATA = 15;

/** Frames of 20 ms per block: one second. */
const BLOCK_FRAMES = 50;

/**
 * Decodes AMR, narrow-band at 8 kHz or wide-band at 16 kHz, as recorded by telephones.
 * @throws {SerError} `audio` if it contains no frame
 */
export async function* decodeAmr(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const bytes = windowed(source);
  const wide = holds(await bytes.read(0, WIDE.length), WIDE);
  yield* decodeAmrFrames(frames(), wide);

  async function* frames(): AsyncGenerator<Uint8Array> {
    for (let at = (wide ? WIDE : NARROW).length; at < bytes.size;) {
      const frame = await bytes.read(at, LONGEST_FRAME);
      const size = amrFrameSize(frame[0], wide);
      if (size === 0) return context.cutShort(`the bytes after ${at} are not an AMR frame`);
      if (size > frame.length) return context.cutShort(`${size - frame.length} bytes of its last frame are missing`);
      yield frame.slice(0, size);
      at += size;
    }
  }
}

/**
 * Decodes frames with a decoder of their own. Pauses yield 20 ms like any other frame.
 * @param frames  each with its type byte
 */
export async function* decodeAmrFrames(
  frames: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  wide: boolean,
): AsyncGenerator<DecodedBlock> {
  const decoder = await createDecoder();
  try {
    const file = (held: readonly Uint8Array[]): Uint8Array => Uint8Array.from(held.flatMap((frame) => [...frame]));
    decoder.decode(new TextEncoder().encode(wide ? WIDE : NARROW));
    let held: Uint8Array[] = [];
    let count = 0;
    const decode = (): DecodedBlock[] => {
      const { channelData, sampleRate } = decoder.decode(file(held));
      held = [];
      return sampleRate === 0 ? [] : [{ channels: channelData, sampleRate }];
    };
    for await (const frame of frames) {
      const type = (frame[0] >> 3) & 15;
      held.push(!wide && type >= FOREIGN_NOISE ? Uint8Array.of(NO_DATA << 3) : frame);
      count++;
      if (held.length < BLOCK_FRAMES) continue;
      yield* decode();
    }
    yield* decode();
    if (count === 0) throw new SerError('audio', 'it contains no complete AMR frame');
  } finally {
    decoder.free();
  }
}

/** Like `decodeAmrFrames`, for packets with any number of complete frames. */
export function decodeAmrPackets(packets: Iterable<Uint8Array>, wide: boolean): AsyncGenerator<DecodedBlock> {
  return decodeAmrFrames(frames(), wide);

  function* frames(): Generator<Uint8Array> {
    for (const packet of packets) {
      for (let at = 0; at < packet.length;) {
        const size = amrFrameSize(packet[at], wide);
        if (size === 0 || at + size > packet.length) break;
        yield packet.subarray(at, at + size);
        at += size;
      }
    }
  }
}
