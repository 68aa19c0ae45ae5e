import { SerError } from '../../error.ts';
import { memoize } from '../../memoize.ts';

/** `hann` is periodic (as `scipy.signal.get_window('hann', n, fftbins=True)`), `ones` rectangular. */
export type WindowName = 'hann' | 'ones';

/**
 * A window of `size` samples; calls with the same arguments share one array, which must not be modified.
 * @throws {SerError} `usage` for an unknown window
 */
export const createWindow = memoize((name: WindowName, size: number): Float64Array => {
  const window = new Float64Array(size);
  if (name === 'hann') for (let i = 0; i < size; i++) window[i] = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size);
  else if (name === 'ones') window.fill(1);
  else throw new SerError('usage', `There is no window "${String(name)}": use "hann" or "ones".`);
  return window;
});
