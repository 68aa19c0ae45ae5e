import type { Options } from 'yargs';
import { SerError } from '../error.ts';
import type { Classifier, ClassifierOption } from '../train/classifiers/classifier.ts';
import { CLASSIFIERS } from '../train/classifiers/classifiers.ts';
import { optionsOf, typedName } from '../train/classifiers/options.ts';

/** `--classifier`, and the options of all classifiers. Defaults are left to the classifier: two may share an option's name. */
export function classifierOptions() {
  const own = new Map<string, Options>();
  for (const { classifier, name, option } of CLASSIFIERS.flatMap(named)) {
    const key = typedName(name);
    const { defaultDescription } = own.get(key) ?? {};
    own.set(key, {
      describe: option.describe,
      group: 'Classifier:',
      ...typeOf(option),
      defaultDescription: `${defaultDescription ? `${defaultDescription}, ` : ''}${classifier}: ${[option.default].flat().join(' ')}`,
    });
  }
  return {
    classifier: {
      choices: CLASSIFIERS.map((one) => one.name),
      default: CLASSIFIERS[0].name,
      describe: 'Kind of model',
    },
    ...Object.fromEntries(own),
  } as { classifier: { choices: string[]; default: string; describe: string } };
}

/**
 * The options of a classifier on the command line.
 * @throws {SerError} `usage` for an option of another classifier
 */
export function givenOptions(classifier: Classifier, args: object): Record<string, unknown> {
  const known = optionsOf(classifier).map(([name]) => name);
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const names = new Set(CLASSIFIERS.flatMap(named).map(({ name }) => name));
  const stranger = given.find(([name]) => names.has(name) && !known.includes(name));
  if (stranger) {
    throw new SerError('usage', `The classifier ${classifier.name} has no option --${typedName(stranger[0])}.`);
  }
  return Object.fromEntries(given.filter(([name]) => known.includes(name)));
}

/** Options by the names that are typed: `batch-size` for `batchSize`. */
export const typedOptions = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [typedName(name), value]));

/** The same as words of a command line: an option that is a list is repeated. */
export const optionWords = (options: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => [value].flat().map((one) => `--${name}=${String(one)}`));

const named = (classifier: Classifier) =>
  optionsOf(classifier).map(([name, option]) => ({ classifier: classifier.name, name, option }));

/** A string that may also be a number has neither type. Lists are of numbers. */
function typeOf({ schema, default: value }: ClassifierOption): Options {
  if (schema.type === 'picklist') return { choices: (schema as unknown as { options: string[] }).options };
  if (Array.isArray(value)) return { type: 'number', array: true };
  return typeof value === 'string' ? {} : { type: typeof value as 'number' | 'boolean' };
}
