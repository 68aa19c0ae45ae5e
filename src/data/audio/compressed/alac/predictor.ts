/**
 * Adds to residuals, in place, their prediction from earlier samples. The coefficients adapt to the sign of the residual.
 * Source: Apple Lossless format description.
 * @param width  bits per sample; sums are wrapped to that width
 * @param coefficients  of the previous samples, the latest first, in units of 2^−shift, modified in place. If empty, each sample is
 *   predicted to equal the previous one
 */
export function restorePredicted(
  samples: Int32Array,
  width: number,
  coefficients: Int32Array | undefined,
  shift: number,
): void {
  const spare = 32 - width;
  const order = coefficients && coefficients.length < 31 ? coefficients.length : 1;
  if (coefficients?.length === 0) return;
  const warmUp = coefficients && coefficients.length < 31 ? Math.min(order + 1, samples.length) : samples.length;
  for (let i = 1; i < warmUp; i++) samples[i] = ((samples[i] + samples[i - 1]) << spare) >> spare;
  if (!coefficients) return;

  const half = shift > 0 ? 1 << (shift - 1) : 0;
  for (let i = warmUp; i < samples.length; i++) {
    const base = samples[i - order - 1];
    let sum = half;
    for (let j = 0; j < order; j++) sum = (sum + Math.imul(coefficients[j], samples[i - 1 - j] - base)) | 0;
    let left = samples[i];
    samples[i] = ((left + base + (sum >> shift)) << spare) >> spare;
    const sign = Math.sign(left);
    for (let j = order - 1; j >= 0 && left * sign > 0; j--) {
      const away = base - samples[i - 1 - j];
      const direction = Math.sign(away) * sign;
      coefficients[j] = ((coefficients[j] - direction) << 16) >> 16;
      left -= (order - j) * ((direction * away) >> shift);
    }
  }
}
