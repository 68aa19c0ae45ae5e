import { SerError } from '../../error.ts';
import { rescale } from '../../eval/metrics/calibration.ts';
import type { Bundle } from './bundle.ts';
import type { Predictor } from '../predict.ts';
import { applyScaler } from './scaler.ts';

/**
 * A fitted model as its bundle has it used: features standardised before, logits divided by the temperature after.
 * @param probabilitiesOf  the fitted model's `predictProba`, which takes standardised rows
 */
export function bundlePredictor(bundle: Bundle, probabilitiesOf: (x: Float32Array) => Float32Array): Predictor {
  const { features, labels, scaler, temperature } = bundle;
  return {
    labels,
    predictProba: (x) => {
      checkVectors(x, features.names);
      const probabilities = soften(probabilitiesOf(applyScaler(scaler, x)), labels.length, temperature);
      if (probabilities.every(Number.isFinite)) return probabilities;
      // Every number of the files is finite; what comes of them need not be.
      throw new SerError(
        'model',
        `The model (classifier ${bundle.classifier}, ${bundle.gender}) gives no finite probabilities: its weights or its ` +
          'scaler are damaged, or the features are far beyond what it was trained on.',
      );
    },
  };
}

function checkVectors(x: Float32Array, names: readonly string[]): void {
  if (x.length % names.length !== 0) {
    throw new SerError(
      'usage',
      `The model takes rows of ${names.length} features; ${x.length} values are no whole rows.`,
    );
  }
  const bad = x.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const row = Math.floor(bad / names.length) + 1;
  throw new SerError('usage', `Row ${row}, feature ${names[bad % names.length]} is ${x[bad]}, not a finite number.`);
}

/** Every row rescaled by the temperature that the model was calibrated with. */
function soften(probabilities: Float32Array, classes: number, temperature: number): Float32Array {
  const softened = new Float32Array(probabilities.length);
  for (let at = 0; at < probabilities.length; at += classes) {
    softened.set(rescale(probabilities.subarray(at, at + classes), temperature), at);
  }
  return softened;
}
