import { SerError } from '../../error.ts';
import { remembered } from '../remembered.ts';

/** The windows that the transforms know: `hann` is periodic (as `scipy.signal.get_window('hann', n, fftbins=True)`), `ones` rectangular. */
export type WindowName = 'hann' | 'ones';

/**
 * A window of `size` samples; calls with the same arguments share one array, which must not be changed.
 * @throws {SerError} `usage` for a window that is not known
 */
export const createWindow = remembered((name: WindowName, size: number): Float64Array => {
  const window = new Float64Array(size);
  if (name === 'hann') for (let i = 0; i < size; i++) window[i] = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size);
  else if (name === 'ones') window.fill(1);
  else throw new SerError('usage', `The window "${String(name)}" is not known: use "hann" or "ones".`);
  return window;
});
