import { OpusDecoder } from 'opus-decoder';
import { BLOCK_SAMPLES, type DecodeContext, type DecodedBlock } from '../../format.ts';
import { withoutConsole } from '../withoutConsole.ts';
import { OPUS_RATE, type OpusHead, opusSamples } from './head.ts';

/**
 * Decodes the packets of one stream with a decoder of its own. Nothing is dropped at its ends.
 * @returns  blocks at 48 kHz; packets that cannot be decoded yield none, and one warning at the end
 */
export async function* decodeOpusPackets(
  { channels, gain, streams, coupled, mapping }: OpusHead,
  packets: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  context: Pick<DecodeContext, 'warn'>,
): AsyncGenerator<DecodedBlock> {
  const layout = { channels, streamCount: streams, coupledStreamCount: coupled, channelMappingTable: mapping };
  const decoder = new OpusDecoder(layout);
  await decoder.ready;
  let damaged = 0;
  let held: Uint8Array[] = [];
  let samples = 0;
  const decode = (): DecodedBlock[] => {
    const { channelData, samplesDecoded, errors } = withoutConsole(() => decoder.decodeFrames(held));
    held = [];
    samples = 0;
    damaged += errors.length;
    if (samplesDecoded === 0) return [];
    if (gain !== 1) for (const channel of channelData) channel.forEach((value, i) => (channel[i] = gain * value));
    return [{ channels: channelData, sampleRate: OPUS_RATE }];
  };
  try {
    for await (const packet of packets) {
      const count = opusSamples(packet);
      // The decoder has no room for larger packets; no encoder writes any.
      if (count === 0 || packet.length > 3840 * channels) damaged++;
      else {
        if ((samples + count) * channels > BLOCK_SAMPLES) yield* decode();
        held.push(packet);
        samples += count;
      }
    }
    yield* decode();
  } finally {
    decoder.free();
  }
  if (damaged > 0) {
    context.warn(
      `Damaged in places: ${damaged} of its Opus packets could not be decoded and ${damaged > 1 ? 'were' : 'was'} left out.`,
    );
  }
}
