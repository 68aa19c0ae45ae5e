import { memoizeBySignal } from '../../memoize.ts';
import type { SpeechDetector } from './detector.ts';

type Detector = Pick<SpeechDetector, 'probabilities'>;

const known = new WeakMap<Detector, Detector['probabilities']>();

/**
 * The probabilities of `detector.probabilities`, computed once for a signal: the inspection of a recording and the speech encoder ask for
 * the same ones.
 */
export function speechProbabilities(detector: Detector, signal: Float32Array): Promise<Float32Array> {
  const probabilities = known.get(detector) ?? memoizeBySignal((one) => detector.probabilities(one));
  known.set(detector, probabilities);
  return probabilities(signal);
}
