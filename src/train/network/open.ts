import { fileOf, type LoadedClassifier, type ModelFiles, type Shape } from '../classifiers/classifier.ts';
import { forwardPass } from './forwardPass.ts';
import { readLayers } from './layersFile.ts';

/**
 * A network from its files. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, saying which file does not fit and how
 */
export function openNetwork(files: ModelFiles, shape: Shape): LoadedClassifier {
  const [json, weights] = ['model.json', 'weights.bin'].map((file) => fileOf(files, file));
  const layers = readLayers({ json: { name: json.name, text: new TextDecoder().decode(json.bytes) }, weights }, shape);
  return { predictProba: forwardPass(layers, shape.features) };
}
