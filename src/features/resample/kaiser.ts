/** The zeroth modified Bessel function of the first kind, by its power series (all terms positive: no cancellation). */
export function besselI0(x: number): number {
  const square = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= square / (k * k);
    sum += term;
  }
  return sum;
}

/** A low-pass filter in continuous time: a sinc under a Kaiser window. */
export interface KaiserLowpass {
  /** The −6 dB point, as a share of the Nyquist frequency. */
  cutoff: number;
  /** Half the length of the window, in samples at that Nyquist frequency. */
  halfWidth: number;
  /** Shape of the window: larger means less leakage and a wider transition. */
  beta: number;
}

/** The filter's impulse response at `time` (in samples), with unit gain at DC when summed over whole samples. */
export function kaiserLowpass(time: number, { cutoff, halfWidth, beta }: KaiserLowpass): number {
  const position = time / halfWidth;
  if (position <= -1 || position >= 1) return 0;
  const phase = Math.PI * cutoff * time;
  const sinc = phase === 0 ? 1 : Math.sin(phase) / phase;
  return (cutoff * sinc * besselI0(beta * Math.sqrt(1 - position * position))) / besselI0(beta);
}

/**
 * The low-pass filter of a given attenuation by Kaiser's formulas (1974; Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5).
 * @param passBand  end of the pass band, as a share of the Nyquist frequency
 * @param stopBand  start of the stop band, likewise; may lie beyond 1
 * @param attenuation  of the stop band and of the ripple in the pass band; dB, 50 or more
 */
export function designLowpass(passBand: number, stopBand: number, attenuation: number): KaiserLowpass {
  return {
    cutoff: (passBand + stopBand) / 2,
    halfWidth: (attenuation - 7.95) / (2.285 * Math.PI * (stopBand - passBand)) / 2,
    beta: 0.1102 * (attenuation - 8.7),
  };
}
