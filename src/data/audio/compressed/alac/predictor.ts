/**
 * Adds to residuals, in place, what the samples before them predict. The coefficients adapt by the sign of what is left over.
 * Source: Apple Lossless format description.
 * @param width  bits of a sample; sums are cut to them
 * @param coefficients  of the last samples, the latest first, in units of 2^−shift, changed on the way. None: each sample is predicted to
 *   be as the one before
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
