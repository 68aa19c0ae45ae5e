import { SerError } from '../../error.ts';
import { rescale } from '../../data/temperature.ts';
import { describeFeatureSet } from '../../data/embeddings/sets.ts';
import type { FeatureSet } from '../../features/types.ts';
import { fileOf, type LoadedClassifier, type ModelFiles } from '../classifiers/classifier.ts';
import { checkAccepts, getClassifier } from '../classifiers/classifiers.ts';
import type { Predictor } from '../predictTable.ts';
import type { Bundle } from './bundle.ts';
import { checkBundle, checkEncoder, parseBundle } from './bundleCheck.ts';
import { standardiser, withScaler } from './scaler.ts';
import { noveltyOf } from './selective.ts';

/** A model read from a folder. */
export interface LoadedModel extends Predictor {
  bundle: Bundle;
  /** Numbers that its training has determined. */
  parameters: number;
}

/**
 * Opens a model and checks that its parts match each other, and the features that this code computes. Runs in Node, Deno and the
 * browser. The caller checks the files against the hashes in `bundle.files`.
 * @param features  its input; by default the feature set of that name
 * @param describe  finds a feature set by its name. Default: among those that need no file of their own
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function openModel(
  files: ModelFiles,
  features?: Pick<FeatureSet, 'name' | 'names'>,
  describe: (name: string) => Pick<FeatureSet, 'name' | 'names' | 'encoder'> | undefined = describeFeatureSet,
): LoadedModel {
  const { name: path, bytes } = fileOf(files, 'bundle.json');
  const bundle = parseBundle(new TextDecoder().decode(bytes), path);
  const known = describedFor(path, bundle, describe);
  if (known ?? features) checkEncoder(path, bundle, known?.encoder);
  checkBundle(path, bundle, features ?? known);
  const { labels } = bundle;
  const { level, names } = bundle.features;
  const classifier = getClassifier(bundle.classifier);
  checkAccepts(classifier, level, path);
  const model = classifier.open(files, { level, features: names.length, classes: labels.length });
  const frameSize = level === 'frames' ? names.length : undefined;
  const { speakerPrior, selective } = bundle;
  const scaled = standardiser(bundle);
  return {
    bundle,
    parameters: model.parameters,
    labels,
    frameSize,
    speakerPrior,
    predictProba: predictorOf(bundle, model),
    ...(selective && { selective }),
    ...(selective?.distance !== undefined && {
      distances: (x, frames, speakers) =>
        model.novelty
          ? model.novelty(scaled(x, frames, speakers), frames)
          : noveltyOf(scaled(x, frames, speakers), names.length),
    }),
  };
}

function describedFor<Set>(
  path: string,
  { features }: Bundle,
  describe: (name: string) => Set | undefined,
): Set | undefined {
  try {
    return describe(features.set);
  } catch (cause) {
    if (!(cause instanceof SerError)) throw cause;
    throw new SerError('model', `${path} needs the features ${features.set}. ${cause.message}`, { cause });
  }
}

/** Standardises features before, and divides logits by the temperature after. */
function predictorOf(bundle: Bundle, model: LoadedClassifier): Predictor['predictProba'] {
  const { features, labels, temperature } = bundle;
  const predictProba = withScaler(model, bundle);
  return (x, frames, speakers) => {
    checkRows(x, features.names, frames);
    const probabilities = soften(predictProba(x, frames, speakers), labels.length, temperature);
    if (probabilities.every(Number.isFinite)) return probabilities;
    // Every number in the files is finite; results need not be.
    throw new SerError(
      'model',
      `The model (classifier ${bundle.classifier}, ${bundle.gender}) gives no finite probabilities: its weights or its ` +
        'scaler are damaged, or the features are far beyond what it was trained on.',
    );
  };
}

function checkRows(x: Float32Array, names: readonly string[], frames?: Uint32Array): void {
  const rows = frames ? frames.reduce((sum, count) => sum + count, 0) : Math.ceil(x.length / names.length);
  if (x.length !== rows * names.length) {
    throw new SerError(
      'usage',
      frames
        ? `The model takes frames of ${names.length} features; ${x.length} values are not ${rows} frames.`
        : `The model takes rows of ${names.length} features; ${x.length} values are not whole rows.`,
    );
  }
  const bad = x.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const row = Math.floor(bad / names.length) + 1;
  throw new SerError(
    'usage',
    `${frames ? 'Frame' : 'Row'} ${row}, feature ${names[bad % names.length]} is ${x[bad]}, not a finite number.`,
  );
}

/** Rescales every row by the model's temperature. */
function soften(probabilities: Float32Array, classes: number, temperature: number): Float32Array {
  const softened = new Float32Array(probabilities.length);
  for (let at = 0; at < probabilities.length; at += classes) {
    softened.set(rescale(probabilities.subarray(at, at + classes), temperature), at);
  }
  return softened;
}
