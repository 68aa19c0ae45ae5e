import type { LoadedClassifier, ModelFiles, Shape } from '../classifiers/classifier.ts';
import { forwardPass } from './forwardPass.ts';
import { readNetwork } from './layers.ts';

/**
 * A network from its files. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, saying which file does not fit and how
 */
export function openNetwork(files: ModelFiles, shape: Shape): LoadedClassifier {
  const { stages, weights } = readNetwork(files, shape);
  return { predictProba: forwardPass(stages, weights) };
}
