import { decoder as createDecoder } from '@audio/decode-amr';
import { SerError } from '../../../../error.ts';
import { type ByteSource, type DecodeContext, type DecodedBlock, holds } from '../../format.ts';
import { windowed } from '../window.ts';
import { amrFrameSize, LONGEST_FRAME, NARROW, WIDE } from './frames.ts';

/** The decoder takes these for the noise between words of other systems' frames, which it does not know. */
const FOREIGN_NOISE = 9;
const NO_DATA = 15;

/** Frames of 20 ms in a block: a second. */
const BLOCK_FRAMES = 50;

/**
 * Decodes AMR, narrow-band at 8 kHz or wide-band at 16 kHz, as telephones record it.
 * @throws {SerError} `audio` if it holds no frame
 */
export async function* decodeAmr(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const bytes = windowed(source);
  const wide = holds(await bytes.read(0, WIDE.length), WIDE);
  yield* decodeAmrFrames(frames(), wide);

  async function* frames(): AsyncGenerator<Uint8Array> {
    for (let at = (wide ? WIDE : NARROW).length; at < bytes.size;) {
      const frame = await bytes.read(at, LONGEST_FRAME);
      const size = amrFrameSize(frame[0], wide);
      if (size === 0) return context.cutShort(`what follows byte ${at} is no AMR frame`);
      if (size > frame.length) return context.cutShort(`${size - frame.length} bytes of its last frame are missing`);
      yield frame.slice(0, size);
      at += size;
    }
  }
}

/**
 * Decodes frames, by a decoder of their own. One that stands for a pause gives 20 ms like any other.
 * @param frames  each with the byte that says its type
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
    if (count === 0) throw new SerError('audio', 'it holds no whole AMR frame');
  } finally {
    decoder.free();
  }
}

/** As `decodeAmrFrames`, of packets that hold any number of whole frames. */
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
