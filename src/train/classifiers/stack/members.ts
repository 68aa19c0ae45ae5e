import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { checkShape } from '../../../files/json.ts';
import { applyScaler, type Scaler } from '../../bundle/scaler.ts';
import type { Classifier, Samples, Shape } from '../classifier.ts';
import { completeOptions, nameOfTyped, optionsOf, readTyped, typedName, typedText } from '../options.ts';
import { frameStatistics } from './frameStatistics.ts';

/** A model of the stack: a classifier and all its options. */
export interface Member extends MemberData {
  classifier: Classifier;
  options: object;
}

/** What a member learns from, where it is not what the stack is given. */
export interface MemberData {
  /** Its feature set: one of the inputs of the stack's. Default: the stack's. */
  of?: string;
  /** Whether it learns from augmented copies, and from further corpora. Default: both. */
  copies?: boolean;
  also?: boolean;
}

const DATA_OPTIONS = { of: v.string(), copies: v.boolean(), also: v.boolean() } as const;
const isDataOption = (name: string): name is keyof MemberData => Object.hasOwn(DATA_OPTIONS, name);

/**
 * Reads a list of members: classifiers by name, each with its options after colons, such as `svm:C=10,forest,tcn:dilations=1/2`. Options of `MemberData` say
 * what a member learns from: `mlp:of=voice-mel:copies=false`.
 * @param known  the classifiers that may be members
 * @throws {SerError} `usage` for fewer than two members, an unknown classifier, or an unknown or invalid option
 */
export function parseMembers(text: string, known: readonly Classifier[]): Member[] {
  const members = text.split(',').map((one) => {
    const [name, ...given] = one.trim().split(':');
    const classifier = known.find((own) => own.name === name);
    if (!classifier) {
      throw new SerError('usage', `A stack has no member "${name}"; there are ${known.map((own) => own.name).join(', ')}.`); // prettier-ignore
    }
    const options = given.map((option) => parseOption(classifier, option));
    const data = Object.fromEntries(options.filter(([option]) => isDataOption(option)));
    return {
      ...checkShape(data, v.partial(v.object(DATA_OPTIONS)), `Member "${name}"`, 'usage'),
      classifier,
      options: completeOptions(classifier, Object.fromEntries(options.filter(([option]) => !isDataOption(option)))),
    };
  });
  if (members.some(({ of }) => of) && !members.every(({ of }) => of)) {
    throw new SerError('usage', `The members of a stack all name their features, such as of=voice-mel, or none does: ${text}.`); // prettier-ignore
  }
  if (members.length < 2) throw new SerError('usage', `A stack needs two members or more, such as svm,forest; it has ${text}.`); // prettier-ignore
  return members;
}

/** `C=10`, `tree-depth=3`, `dilations=1/2/4`. */
function parseOption(classifier: Classifier, text: string): [name: string, value: unknown] {
  const [, typed, value] = /^\s*([^=]+)=(.*?)\s*$/.exec(text) ?? [];
  if (typed === undefined) {
    throw new SerError('usage', `"${text}" is no option of a member of a stack: write name=value, such as C=10.`);
  }
  const name = nameOfTyped(typed);
  const [, option] = optionsOf(classifier).find(([own]) => own === name) ?? [];
  return [name, readTyped(value, option)];
}

/** A list of members in which an option of those with this name has another value. */
export function changeMember(text: string, member: string, option: string, value: unknown): string {
  return text
    .split(',')
    .map((one) => {
      const [name, ...given] = one.trim().split(':');
      if (name !== member) return one.trim();
      const others = given.filter((own) => nameOfTyped(own.split('=')[0].trim()) !== option);
      return [name, ...others, `${typedName(option)}=${typedText(value)}`].join(':');
    })
    .join(',');
}

/** Whether a member takes means and deviations over time in the place of frames. */
export const takesStatistics = ({ accepts }: Classifier, { level }: Shape): boolean =>
  level === 'frames' && !accepts.includes('frames');

/**
 * The shape of a member's rows in a stack of this shape.
 * @throws {SerError} `usage` if the classifier takes frames and the stack has none
 */
export function memberShape(classifier: Classifier, shape: Shape): Shape {
  if (takesStatistics(classifier, shape)) return { ...shape, level: 'functionals', features: 2 * shape.features };
  if (classifier.accepts.includes(shape.level)) return shape;
  throw new SerError('usage', `${classifier.name} takes a vector per frame, and there is one vector per clip: leave it out of the stack, or choose another feature set.`); // prettier-ignore
}

/** The rows as vectors: the standardised means and deviations over time of their frames. */
export function statisticsOf(
  { x, frames }: Pick<Samples, 'x' | 'frames'>,
  scaler: Scaler,
): Pick<Samples, 'x' | 'frames'> {
  return { x: applyScaler(scaler, frameStatistics(x, frames!, scaler.mean.length / 2)) };
}
