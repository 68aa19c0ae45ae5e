import { SerError } from '../../error.ts';
import type { FeatureLevel } from '../../features/types.ts';
import type { Classifier } from './classifier.ts';
import { boosting } from './boosting/boosting.ts';
import { cnn } from './cnn/cnn.ts';
import { forest } from './forest/forest.ts';
import { gru } from './gru/gru.ts';
import { mlp } from './mlp/mlp.ts';
import { createStack } from './stack/stack.ts';
import { svm } from './svm/svm.ts';
import { tcn } from './tcn/tcn.ts';

/**
 * All classifiers; the first one is the default. To add one, add it here.
 * @example
 * CLASSIFIERS.find(({ name }) => name === 'svm').accepts // → ['functionals']
 */
export const CLASSIFIERS: Classifier[] = [
  cnn,
  svm,
  forest,
  boosting,
  tcn,
  gru,
  mlp,
  createStack(() => CLASSIFIERS.filter(({ name }) => name !== 'stack')),
];

/**
 * @throws {SerError} `usage` for an unknown name, listing the known ones
 * @example
 * getClassifier('svm').accepts // → ['functionals']
 */
export function getClassifier(name?: string): Classifier {
  const found = name === undefined ? CLASSIFIERS[0] : CLASSIFIERS.find((one) => one.name === name);
  if (found) return found;
  throw new SerError(
    'usage',
    `there is no classifier "${name}"; there are ${CLASSIFIERS.map((one) => one.name).join(', ')}`,
  );
}

/** @param origin  of the features, for the message. @throws {SerError} `usage` unless the classifier accepts such features */
export function checkAccepts({ name, accepts }: Classifier, level: FeatureLevel, origin: string): void {
  if (accepts.includes(level)) return;
  const others = CLASSIFIERS.filter((one) => one.accepts.includes(level)).map((one) => one.name);
  throw new SerError(
    'usage',
    `${origin} has ${LEVEL_TEXT[level]}; the classifier ${name} takes ${accepts.map((one) => LEVEL_TEXT[one]).join(' or ')}. ` +
      `Choose another feature set, or ${others.join(' or ') || 'another classifier'}.`,
  );
}

const LEVEL_TEXT: Record<FeatureLevel, string> = {
  functionals: 'one vector per clip',
  frames: 'a vector per frame',
};
