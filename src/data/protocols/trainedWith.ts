import { SerError } from '../../error.ts';
import type { Channel, Clip } from '../clip.ts';
import { type Protocol, undeclared } from './protocol.ts';

/**
 * The same protocol with more training clips: those of further channels, unless they share anything with a fold's test clips
 * that the protocol does not declare. The test sets are unchanged.
 * @example
 * trainedWith(getProtocol('luna-5fold'), ['song']); // the song of the training actors besides their speech
 * @throws {SerError} `usage` for a channel that the protocol uses for training anyway
 */
export function trainedWith(protocol: Protocol, channels: readonly Channel[]): Protocol {
  if (channels.length === 0) return protocol;
  const known = channels.find((channel) => protocol.channels.includes(channel));
  if (known) throw new SerError('usage', `${protocol.name} is trained on ${known} anyway: leave out --with ${known}.`);
  return {
    ...protocol,
    with: channels,
    describe: (clips) =>
      `${protocol.describe(clips)} Also trained on the ${channels.join(' and ')} of the training side.`,
    folds: (clips) =>
      protocol.folds(clips).map((fold) => {
        const kept = new Set(fold.train.map((clip) => clip.id));
        const tested = undeclared(protocol.shares).map(([, key]) => [key, new Set(fold.test.map(key))] as const);
        const isAdded = (clip: Clip): boolean =>
          channels.includes(clip.channel) && !tested.some(([key, seen]) => seen.has(key(clip)));
        return { ...fold, train: clips.filter((clip) => kept.has(clip.id) || isAdded(clip)) };
      }),
  };
}
