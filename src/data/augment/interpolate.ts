import { createInterpolator } from '../../features/resample/interpolate.ts';

/** For signals without content above half of their Nyquist frequency, for which 16 samples around each point suffice (90 dB). */
export const interpolate = createInterpolator({ lowpass: { cutoff: 1, halfWidth: 8, beta: 9 }, phases: 512 });
