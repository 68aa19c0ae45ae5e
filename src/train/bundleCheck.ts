import { SerError } from '../error.ts';
import type { FeatureSet } from '../features/types.ts';
import type { Bundle } from './bundle.ts';

/** Version of the layout of a model folder. Raise it when an older reader would misread a newer folder. */
export const FORMAT = 1;

/**
 * Checks that `bundle.json` is whole and fits the features.
 * @param features  what will be fed to the model; undefined if this code has no such set
 * @throws {SerError} `model`
 */
export function checkBundle(
  path: string,
  bundle: Bundle,
  features: Pick<FeatureSet, 'name' | 'names'> | undefined,
): void {
  const refuse = (message: string): SerError => new SerError('model', `${path}: ${message}`);
  if (typeof bundle !== 'object' || bundle === null) throw refuse('it holds no object.');
  if (bundle.format !== FORMAT) {
    throw refuse(
      `its format is ${JSON.stringify(bundle.format)}, this version reads ${FORMAT}: ` +
        (bundle.format > FORMAT ? 'a newer version made it; update this one.' : 'train the model again.'),
    );
  }
  const { classifier, labels, temperature, scaler, weightsSha256 } = bundle;
  const names = bundle.features?.names;
  if (typeof classifier !== 'string') throw refuse('`classifier` is missing.');
  if (typeof weightsSha256 !== 'string') throw refuse('`weightsSha256` is missing.');
  if (!Array.isArray(names) || names.length === 0) throw refuse('`features.names` is missing.');
  if (!Array.isArray(labels) || new Set(labels).size !== labels.length || labels.length < 2) {
    throw refuse('`labels` must be two or more different labels.');
  }
  if (!(temperature > 0 && temperature < Infinity))
    throw refuse(`\`temperature\` must be above 0; it is ${temperature}.`);
  for (const part of ['mean', 'scale'] as const) {
    const values = scaler?.[part];
    if (!Array.isArray(values) || values.length !== names.length) {
      throw refuse(`the scaler has ${values?.length ?? 'no'} values of \`${part}\` for ${names.length} features.`);
    }
    const bad = values.findIndex((value) => !Number.isFinite(value) || (part === 'scale' && value <= 0));
    if (bad >= 0) throw refuse(`the scaler's ${part} of ${names[bad]} is ${values[bad]}.`);
  }
  if (!features) {
    throw refuse(`it was trained on ${bundle.features.set} features, which this version does not compute.`);
  }
  if (features.name !== bundle.features.set) {
    throw refuse(`it was trained on ${bundle.features.set} features, but is to be given ${features.name}.`);
  }
  const differs = names.findIndex((name, i) => name !== features.names[i]);
  if (differs >= 0 || names.length !== features.names.length) {
    const at = differs < 0 ? names.length : differs;
    throw refuse(
      `its feature ${at + 1} is ${names[at] ?? 'none'}, but ${features.name} now has ${features.names[at] ?? 'none'} ` +
        'there: it was trained by another version; train it again.',
    );
  }
}
