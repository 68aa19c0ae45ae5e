import { SerError } from '../../error.ts';
import type { Classifier } from './classifier.ts';
import { cnn } from './cnn/cnn.ts';

/** All kinds of models. Adding one is adding it here. */
export const CLASSIFIERS: readonly Classifier[] = [cnn];

/** @throws {SerError} `usage` for a name that is not known, with those that are */
export function getClassifier(name: string): Classifier {
  const found = CLASSIFIERS.find((one) => one.name === name);
  if (found) return found;
  throw new SerError(
    'usage',
    `there is no classifier "${name}"; there are ${CLASSIFIERS.map((one) => one.name).join(', ')}`,
  );
}
