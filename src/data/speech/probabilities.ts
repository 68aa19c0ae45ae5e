import type { SpeechDetector } from './detector.ts';

type Detector = Pick<SpeechDetector, 'probabilities'>;

const known = new WeakMap<Detector, WeakMap<Float32Array, Promise<Float32Array>>>();

/**
 * The probabilities of `detector.probabilities`, computed once for a signal: the inspection of a recording and the speech encoder ask for
 * the same ones.
 * @param signal  must not change as long as it is used
 */
export function speechProbabilities(detector: Detector, signal: Float32Array): Promise<Float32Array> {
  const ofDetector = known.get(detector) ?? new WeakMap<Float32Array, Promise<Float32Array>>();
  known.set(detector, ofDetector);
  const probabilities = ofDetector.get(signal) ?? detector.probabilities(signal);
  ofDetector.set(signal, probabilities);
  return probabilities;
}
