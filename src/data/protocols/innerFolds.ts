import { SerError } from '../../error.ts';
import { createRandom } from '../../random.ts';
import type { Clip } from '../clip.ts';
import type { Fold, Protocol } from './protocol.ts';

export interface InnerFoldsOptions {
  /** Parts into which the clips are cut; each is tested once. Default 4. */
  folds?: number;
  /**
   * What stays together: the clips of a speaker, with the same share of each gender in every part; or the clips of a recording, with the same share of every
   * emotion. Default: recordings if the protocol tests known speakers, else speakers.
   */
  by?: 'speaker' | 'clip';
  seed?: number | string;
  /** Share of the training clips of each inner fold that is learnt from; a smaller share is a part of a larger one. Default 1. */
  share?: number;
}

export const INNER_FOLDS_DEFAULTS = { folds: 4, seed: 1, share: 1 } as const;

/**
 * A protocol within the training clips of a fold, to compare models that the fold's test clips have no say in: it cuts the clips that it is
 * given, which must be training clips alone. Clips of channels that the protocol does not test, such as song, are learnt from only.
 * @param name  of the fold
 * @throws {SerError} `usage` for fewer than two parts or a share out of range; when it splits, `protocol` for fewer speakers than parts
 * @example
 * const luna = getProtocol('luna-5fold');
 * const [{ name, train }] = luna.folds((await readTable('data/features/ravdess-librosa186.parquet')).clips);
 * innerProtocol(luna, name).folds(train).map(({ test }) => test.length) // → [300, 300, 300, 240]
 */
export function innerProtocol(outer: Protocol, name: string, given: InnerFoldsOptions = {}): Protocol {
  const { folds: parts, seed, share } = { ...INNER_FOLDS_DEFAULTS, ...given };
  const by = given.by ?? innerBy(outer);
  if (!(Number.isInteger(parts) && parts > 1)) {
    throw new SerError('usage', `The number of inner folds must be a whole number, 2 or more; it is ${parts}.`);
  }
  if (!(share > 0 && share <= 1)) throw new SerError('usage', `The share of the training clips must be above 0, and 1 at most; it is ${share}.`); // prettier-ignore
  return {
    ...{ name: `${outer.name}-${name}-inner`.replaceAll(' ', '-'), channels: outer.channels, with: outer.with },
    shares: by === 'speaker' ? ['sentence'] : ['speaker', 'sentence'],
    describe: (clips) => `${parts} parts of the training clips of ${name}. ${outer.describe(clips)}`,
    folds: <T extends Clip>(clips: readonly T[]): Fold<T>[] => {
      const partOf = dealUnits(clips, by, parts, `${seed}/inner folds`);
      if (partOf.size < parts) {
        throw new SerError('protocol', `"${name}" of ${outer.name} has training clips of ${partOf.size} ${by}s, too few for ${parts} inner folds.`); // prettier-ignore
      }
      return Array.from({ length: parts }, (_, part) => {
        const isHeld = (clip: Clip): boolean => partOf.get(unitOf(clip, by)) === part;
        const train = someOf(clips.filter((clip) => !isHeld(clip)), share, `${seed}/share`); // prettier-ignore
        const [test, dropped] = [true, false].map((isTested) =>
          clips.filter((clip) => isHeld(clip) && outer.channels.includes(clip.channel) === isTested),
        );
        return { name: `part ${part + 1}`, train, test, dropped };
      });
    },
  };
}

/** Whether inner folds are cut by clip or by speaker by default. */
export const innerBy = ({ shares }: Pick<Protocol, 'shares'>): 'speaker' | 'clip' =>
  shares.includes('speaker') ? 'clip' : 'speaker';

const unitOf = (clip: Clip, by: 'speaker' | 'clip'): string => (by === 'speaker' ? clip.speaker : clip.recording);

/** Deals speakers or recordings in turn, gender after gender or emotion after emotion. @returns the part of each */
function dealUnits(clips: readonly Clip[], by: 'speaker' | 'clip', parts: number, seed: string): Map<string, number> {
  const stratumOf = ({ gender, emotion }: Clip): string => (by === 'speaker' ? String(gender) : `${emotion}/${gender}`);
  const strata = new Map(clips.map((clip) => [unitOf(clip, by), stratumOf(clip)]));
  const random = createRandom(seed);
  const order = [...new Set(strata.values())].sort().flatMap((stratum) => {
    const units = [...strata].filter(([, own]) => own === stratum).map(([unit]) => unit);
    return random.shuffle(units.sort());
  });
  return new Map(order.map((unit, i) => [unit, i % parts]));
}

/** A share of the recordings of every emotion, two of each at least: one to learn from, and one to steer by. */
function someOf<T extends Clip>(clips: readonly T[], share: number, seed: string): T[] {
  if (share === 1) return [...clips];
  const random = createRandom(seed);
  const places = new Map(random.shuffle([...new Set(clips.map(({ recording }) => recording))].sort()).map((one, i) => [one, i])); // prettier-ignore
  const kept = new Set<string>();
  for (const emotion of new Set(clips.map((clip) => clip.emotion))) {
    const own = clips.filter((clip) => clip.emotion === emotion).map(({ recording }) => recording);
    const order = [...new Set(own)].sort((a, b) => places.get(a)! - places.get(b)!);
    for (const recording of order.slice(0, Math.max(2, Math.ceil(share * order.length)))) kept.add(recording);
  }
  return clips.filter(({ recording }) => kept.has(recording));
}
