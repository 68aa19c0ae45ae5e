import { SerError } from '../../error.ts';
import type { Random } from '../../random.ts';
import type { Clip } from '../clip.ts';
import type { Fold, Protocol } from './protocol.ts';

export interface ValidationOptions {
  /** Share of the training clips (`clip`) or of their speakers (`speaker`) to hold out. */
  fraction: number;
  random: Random;
  /**
   * `clip`: the same share of every emotion, as in a split whose speakers overlap anyway;
   * `speaker`: whole speakers, the same share of each gender, for protocols that test on unseen speakers.
   */
  by: 'clip' | 'speaker';
}

/**
 * What validation clips are to be split off by: as asked for, else by clip if the protocol has speakers on both sides and they are there; in any case by
 * clip if speakers are unknown, or too few to hold some of them out.
 */
export function validationUnit(
  { train, test }: Pick<Fold, 'train' | 'test'>,
  { shares }: Pick<Protocol, 'shares'>,
  asked?: ValidationOptions['by'],
): ValidationOptions['by'] {
  const sizeOf = (name: 'speaker' | 'gender'): number => new Set(train.map((clip) => clip[name])).size;
  if (train.some(({ speaker }) => speaker === '') || sizeOf('speaker') === sizeOf('gender')) return 'clip';
  if (asked) return asked;
  const learnt = new Set(train.map(({ speaker }) => speaker));
  return shares.includes('speaker') && test.some(({ speaker }) => learnt.has(speaker)) ? 'clip' : 'speaker';
}

/**
 * Splits off the validation clips, which control the training: learning rate, early stopping, calibration.
 * Clips of one recording stay together. The same clips and seed give the same split, whatever their order.
 * @returns both parts in the given order
 * @throws {SerError} `usage` for a fraction outside 0–1, `protocol` if one of the parts would be empty
 * @example
 * const { clips } = await readTable('data/features/ravdess-librosa186.parquet');
 * const { train, validation } = cutValidation(clips, { fraction: 0.25, random: createRandom(7), by: 'speaker' });
 * [train.length, validation.length] // → [1872, 580]
 */
export function cutValidation<T extends Clip>(
  train: readonly T[],
  { fraction, random, by }: ValidationOptions,
): { train: T[]; validation: T[] } {
  if (!(fraction > 0 && fraction < 1)) {
    throw new SerError('usage', `the validation share must lie between 0 and 1; it is ${fraction}`);
  }
  const unitOf = by === 'speaker' ? (clip: Clip) => clip.speaker : (clip: Clip) => clip.recording;
  const stratumOf = by === 'speaker' ? (clip: Clip) => String(clip.gender) : (clip: Clip) => clip.emotion;

  const strata = new Map<string, Set<string>>();
  for (const clip of [...train].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const units = strata.get(stratumOf(clip)) ?? new Set();
    strata.set(stratumOf(clip), units.add(unitOf(clip)));
  }
  const held = new Set<string>();
  for (const [, units] of [...strata].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shuffled = random.shuffle([...units]);
    // At least one on either side, if there are two.
    const count = Math.min(shuffled.length - 1, Math.max(1, Math.round(fraction * shuffled.length)));
    for (const unit of shuffled.slice(0, count)) held.add(unit);
  }

  const parts = {
    train: train.filter((clip) => !held.has(unitOf(clip))),
    validation: train.filter((clip) => held.has(unitOf(clip))),
  };
  if (parts.train.length === 0 || parts.validation.length === 0) {
    throw new SerError(
      'protocol',
      `${train.length} clips are too few to split off a validation set of ${fraction} by ${by}`,
    );
  }
  return parts;
}
