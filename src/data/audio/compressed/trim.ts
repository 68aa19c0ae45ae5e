import type { DecodedBlock } from '../format.ts';

/** Leaves out the first `skip` samples of a recording and all that come after the next `keep`. */
export async function* trimBlocks(
  blocks: AsyncIterable<DecodedBlock> | Iterable<DecodedBlock>,
  skip: number,
  keep = Infinity,
): AsyncGenerator<DecodedBlock> {
  let at = -skip;
  for await (const { channels, sampleRate } of blocks) {
    const { length } = channels[0];
    const [from, to] = [Math.max(0, -at), Math.min(length, keep - at)];
    at += length;
    if (from < to) yield { channels: channels.map((channel) => channel.subarray(from, to)), sampleRate };
    if (at >= keep) return;
  }
}
