import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { readText } from '../../files/files.ts';
import { checkShape, finite, parseJson } from '../../files/json.ts';
import type { Classifier, ClassifierOption, Search } from '../classifiers/classifier.ts';
import { nameOfTyped, optionsOf, readTyped, typedName } from '../classifiers/options.ts';

/** The options that a search varies, by name; those of a stack's members with the member before them, such as `svm.C`. */
export type Space = ReadonlyMap<string, Search>;

/** Options of a classifier, as given; also those of its members (`svm.C`). */
export type GivenOptions = Readonly<Record<string, unknown>>;

const RANGE = v.object({ low: finite, high: finite, scale: v.optional(v.picklist(['linear', 'log']), 'linear') });
const SEARCH = v.union([RANGE, v.object({ choices: v.array(v.unknown()) })]);

/** All options by name, those of members too. */
function allOptions(classifier: Classifier, given: GivenOptions): Map<string, ClassifierOption> {
  const members = classifier.members?.of(given) ?? [];
  return new Map([
    ...optionsOf(classifier),
    ...members.flatMap((member) =>
      optionsOf(member).map(([name, option]) => [`${member.name}.${name}`, option] as const),
    ),
  ]);
}

/**
 * The options that a classifier declares to be worth searching (`ClassifierOption.search`), without those that are given.
 * @throws {SerError} `usage` if none is left
 * @example
 * [...defaultSpace(getClassifier('svm'), { gamma: 'scale' }).keys()] // → ['C']
 */
export function defaultSpace(classifier: Classifier, given: GivenOptions = {}): Space {
  const own = [...allOptions(classifier, given)].filter(([name]) => !Object.hasOwn(given, name));
  const space = new Map(own.flatMap(([name, { search }]) => (search ? [[name, search] as const] : [])));
  if (space.size > 0) return space;
  throw new SerError(
    'usage',
    `The classifier ${classifier.name} has no option left to search: name some with --space.`,
  );
}

/**
 * Reads a space: `C=log:.3:30,gamma=log:1e-4:1e-2,class-weight=none|balanced`, or the name of a JSON file with such an object as the classifiers
 * declare for each option: `{ "C": { "low": 0.3, "high": 30, "scale": "log" }, "classWeight": { "choices": ["none", "balanced"] } }`.
 * @throws {SerError} `usage` for an unknown option or one that is given, an empty range, a value that the option does not take
 */
export function readSpace(text: string, classifier: Classifier, given: GivenOptions = {}): Space {
  const options = allOptions(classifier, given);
  const isFile = text.endsWith('.json');
  const entries = isFile ? readFile(text) : text.split(/,(?=[^,=|:]+=)/).map(splitEntry);
  const space = new Map<string, Search>();
  for (const [typed, range] of entries) {
    const name = nameOfTyped(typed);
    const option = options.get(name);
    const refuse = (problem: string): never => {
      throw new SerError('usage', `--space, ${typed}: ${problem}`);
    };
    if (!option) return refuse(`the classifier ${classifier.name} has no such option; it has ${[...options.keys()].map(typedName).join(', ')}.`); // prettier-ignore
    if (space.has(name)) refuse('it is there twice.');
    if (Object.hasOwn(given, name)) refuse(`it is searched, and also given as ${String(given[name])}: leave one out.`);
    const search = typeof range === 'string' ? readRange(range, option, refuse) : range;
    checkSearch(search, option, refuse);
    space.set(name, search);
  }
  if (space.size === 0) throw new SerError('usage', `--space ${text} names no option.`);
  return space;
}

function splitEntry(text: string): [name: string, range: string] {
  const [, name, range] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text) ?? [];
  if (name !== undefined) return [name, range];
  throw new SerError('usage', `--space: "${text}" names no range: write NAME=LOW:HIGH, NAME=log:LOW:HIGH or NAME=A|B|C, with commas between them.`); // prettier-ignore
}

function readFile(path: string): [name: string, range: Search][] {
  return Object.entries(parseJson(readText(path, 'usage'), v.record(v.string(), v.unknown()), path, 'usage')).map(
    ([name, range]) => [name, checkShape(range, SEARCH, `${path}, \`${name}\``, 'usage') as Search],
  );
}

/** `LOW:HIGH`, `linear:LOW:HIGH`, `log:LOW:HIGH`, `A|B|C`. */
function readRange(text: string, option: ClassifierOption, refuse: (problem: string) => never): Search {
  if (text.includes('|')) return { choices: text.split('|').map((one) => readTyped(one.trim(), option)) };
  const [, scale = 'linear', low, high] = /^(?:(linear|log):)?([^:]+):([^:]+)$/.exec(text) ?? [];
  if (low === undefined || [low, high].some((bound) => !Number.isFinite(Number(bound)))) {
    return refuse(`"${text}" is no range: write LOW:HIGH, log:LOW:HIGH or A|B|C.`);
  }
  return { low: Number(low), high: Number(high), scale: scale as 'linear' | 'log' };
}

function checkSearch(search: Search, { schema }: ClassifierOption, refuse: (problem: string) => never): void {
  if (!('choices' in search)) {
    const { low, high, scale } = search;
    if (!(low < high)) refuse(`the range from ${low} to ${high} is empty.`);
    if (scale === 'log' && !(low > 0)) refuse(`a logarithmic range begins above 0, not at ${low}.`);
  } else if (new Set(search.choices.map((choice) => JSON.stringify(choice))).size < 2) {
    refuse('there is nothing to choose from: name two different values or more.');
  }
  for (const value of 'choices' in search ? search.choices : [search.low, search.high]) {
    const { success, issues } = v.safeParse(schema, value, { abortEarly: true });
    if (!success) refuse(`${JSON.stringify(value)} is no value of it (${issues[0].message}).`);
  }
}

/** Whether the option takes whole numbers alone: a number between two that it takes is none. */
export function isWhole({ schema }: ClassifierOption, { low, high }: { low: number; high: number }): boolean {
  return !v.is(schema, low + (high - low) * (Math.SQRT2 - 1));
}

/** What the options of a space are, for drawing values. @see drawCandidates */
export function searchedOptions(
  classifier: Classifier,
  given: GivenOptions,
  space: Space,
): [name: string, search: Search, option: ClassifierOption][] {
  const options = allOptions(classifier, given);
  return [...space].map(([name, search]) => [name, search, options.get(name)!]);
}

/** A classifier's own options from those of a search: values for its members become part of its option for these. */
export function ownOptions(classifier: Classifier, options: GivenOptions): Record<string, unknown> {
  const [theirs, own] = [true, false].map((isTheirs) =>
    Object.entries(options).filter(([name]) => name.includes('.') === isTheirs),
  );
  return theirs.reduce<object>((changed, [name, value]) => {
    const [member, option] = name.split('.');
    return classifier.members!.change(changed, member, option, value);
  }, Object.fromEntries(own)) as Record<string, unknown>;
}
