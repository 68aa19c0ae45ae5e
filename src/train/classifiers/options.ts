import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { checkShape } from '../../files/json.ts';
import type { Classifier, ClassifierOption } from './classifier.ts';

/** The options of a classifier by name. */
export const optionsOf = ({ options }: Classifier): [name: string, option: ClassifierOption][] =>
  Object.entries<ClassifierOption>({ ...options });

/** The name of an option in code, from the one that is typed: `treeDepth` for `tree-depth`. */
export const nameOfTyped = (typed: string): string =>
  typed.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The name of an option as it is typed: `tree-depth` for `treeDepth`; single letters are unchanged. */
export const typedName = (name: string): string =>
  name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The value of an option from its text: a number, `true`, `false` or a word; of an option that is a list, such values with `/` between them. */
export function readTyped(text: string, option: Pick<ClassifierOption, 'default'> | undefined): unknown {
  const read = (one: string): unknown => {
    if (one === 'true' || one === 'false') return one === 'true';
    return one.trim() !== '' && Number.isFinite(Number(one)) ? Number(one) : one;
  };
  return Array.isArray(option?.default) ? text.split('/').map(read) : read(text);
}

/** The text that `readTyped` reads. */
export const typedText = (value: unknown): string => [value].flat().map(String).join('/');

/**
 * All options of a classifier: given values, else defaults.
 * @throws {SerError} `usage` for an unknown option, or an invalid value
 */
export function completeOptions(classifier: Classifier, given: Readonly<Record<string, unknown>>): object {
  const known = optionsOf(classifier);
  const stranger = Object.keys(given).find((name) => !known.some(([own]) => own === name));
  if (stranger !== undefined) {
    throw new SerError(
      'usage',
      `The classifier ${classifier.name} has no option \`${stranger}\`; it has ${known.map(([name]) => name).join(', ')}.`,
    );
  }
  const schemas = known.map(([name, { schema, default: value }]) => [name, v.optional(schema, value)]);
  return checkShape(given, v.object(Object.fromEntries(schemas)), `Options of ${classifier.name}`, 'usage');
}
