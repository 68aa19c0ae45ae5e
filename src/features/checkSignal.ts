import { SerError } from '../error.ts';

/** @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples, naming the first */
export function checkSignal(signal: Float32Array): void {
  if (signal.length === 0) throw new SerError('audio', 'The signal is empty: features need at least one sample.');
  for (let i = 0; i < signal.length; i++) {
    // NaN and the infinities are what is left when a value minus itself is not zero.
    if (signal[i] - signal[i] !== 0) {
      throw new SerError('audio', `Sample ${i} of the signal is ${signal[i]}: samples must be finite numbers.`);
    }
  }
}
