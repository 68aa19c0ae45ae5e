import type { DecodedBlock } from '../format.ts';

/**
 * Drops the first `skip` samples of a recording and all after the next `keep`.
 * @param skip  a number of samples, or its value at a sample rate
 */
export async function* trimBlocks(
  blocks: AsyncIterable<DecodedBlock> | Iterable<DecodedBlock>,
  skip: number | ((sampleRate: number) => number),
  keep = Infinity,
): AsyncGenerator<DecodedBlock> {
  let at: number | undefined;
  for await (const { channels, sampleRate } of blocks) {
    const { length } = channels[0];
    at ??= -(typeof skip === 'number' ? skip : skip(sampleRate));
    const [from, to] = [Math.max(0, -at), Math.min(length, keep - at)];
    at += length;
    if (from < to) yield { channels: channels.map((channel) => channel.subarray(from, to)), sampleRate };
    if (at >= keep) return;
  }
}
