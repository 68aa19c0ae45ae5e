import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { checkShape } from '../../files/json.ts';
import type { Classifier, ClassifierOption } from './classifier.ts';

/** The options of a classifier by name. */
export const optionsOf = ({ options }: Classifier): [name: string, option: ClassifierOption][] =>
  Object.entries<ClassifierOption>({ ...options });

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
