import { SerError } from '../error.ts';

const EXPONENT = 0x7f800000;

/** @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples, naming the first */
export function checkSignal(signal: Float32Array): void {
  if (signal.length === 0) throw new SerError('audio', 'The signal is empty: features need at least one sample.');
  const bits = new Int32Array(signal.buffer, signal.byteOffset, signal.length);
  for (let i = 0; i < bits.length; i++) {
    // NaN and the infinities have all bits of the exponent set; integers compare faster than floats.
    if ((bits[i] & EXPONENT) === EXPONENT) {
      throw new SerError('audio', `Sample ${i} of the signal is ${signal[i]}: samples must be finite numbers.`);
    }
  }
}
