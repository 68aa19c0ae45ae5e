import { createRandom, type Random } from '../../random.ts';
import type { Classifier, ClassifierOption, Search } from '../classifiers/classifier.ts';
import { type GivenOptions, isWhole, searchedOptions, type Space } from './space.ts';

/** Values of the searched options, by name. */
export type Candidate = Readonly<Record<string, unknown>>;

export interface DrawOptions {
  /** Number of candidates. */
  trials: number;
  seed: number | string;
}

/** Draws that were there before, in a row, after which the space is taken to be exhausted. */
const PATIENCE = 100;

/**
 * Draws options to compare (random search; Bergstra & Bengio, 2012). The first candidate changes nothing: the options as given, or by
 * default. More trials begin with the same ones. Numbers have three significant digits.
 * @returns fewer than asked for, if the space has no more
 * @example
 * const svm = getClassifier('svm');
 * drawCandidates(svm, {}, readSpace('C=log:1:10', svm), { trials: 3, seed: 1 }).length // → 3
 */
export function drawCandidates(
  classifier: Classifier,
  given: GivenOptions,
  space: Space,
  { trials, seed }: DrawOptions,
): Candidate[] {
  const options = searchedOptions(classifier, given, space);
  const usual = Object.fromEntries(options.map(([name, , option]) => [name, option.default]));
  const candidates: Candidate[] = [{}];
  const known = new Set([JSON.stringify(usual)]);
  for (let draw = 1, missed = 0; candidates.length < trials && missed < PATIENCE; draw++) {
    const random = createRandom(`${seed}/candidate ${draw}`);
    const candidate = Object.fromEntries(
      options.map(([name, search, option]) => [name, drawn(search, option, random)]),
    );
    const key = JSON.stringify(candidate);
    missed = known.has(key) ? missed + 1 : 0;
    if (!known.has(key)) candidates.push(candidate);
    known.add(key);
  }
  return candidates;
}

function drawn(search: Search, option: ClassifierOption, random: Random): unknown {
  if ('choices' in search) return search.choices[random.integer(search.choices.length)];
  const { low, high, scale } = search;
  const scaled = (from: number, to: number): number =>
    scale === 'log' ? Math.exp(random.between(Math.log(from), Math.log(to))) : random.between(from, to);
  // Every whole number has an interval of its own, the first and the last too.
  if (isWhole(option, search)) return Math.floor(Math.min(high, scaled(low, high + 1)));
  return Math.min(high, Math.max(low, Number(scaled(low, high).toPrecision(3))));
}
