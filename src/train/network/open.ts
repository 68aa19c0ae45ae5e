import type { ModelFiles, OpenedClassifier, Shape } from '../classifiers/classifier.ts';
import { forwardPass } from './forwardPass.ts';
import { readNetwork } from './layers.ts';

/**
 * A network from its files. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function openNetwork(files: ModelFiles, shape: Shape): OpenedClassifier {
  const { stages, weights } = readNetwork(files, shape);
  return { predictProba: forwardPass(stages, weights), parameters: weights.length };
}
