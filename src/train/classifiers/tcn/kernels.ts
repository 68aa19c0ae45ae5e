/*
 * The parts of the network that are no matrix products, forward and backward, over flat arrays: rows of `width` values, one row per step
 * in time, the steps of all clips concatenated. Rows whose `mask` is 0 lie beyond the end of a clip: they stay 0, and have no gradient.
 */

/** Added to variances. */
const EPSILON = 1e-5;
/** Limit of the attention's logits, so that no exponential overflows. */
const LIMIT = 30;

/** Parameters of a batch normalisation. */
export interface Norm {
  gain: Float32Array;
  offset: Float32Array;
}

/** Statistics of a channel: over the rows of a batch in training, else those that a model has kept. */
export interface Moments {
  mean: Float32Array;
  variance: Float32Array;
}

/** Mean and variance of each channel over the rows of a batch (Ioffe & Szegedy, 2015). */
export function batchMoments(y: Float32Array, mask: Float32Array): Moments {
  const width = y.length / mask.length;
  const [mean, variance] = [new Float32Array(width), new Float32Array(width)];
  let rows = 0;
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    rows++;
    for (let c = 0; c < width; c++) mean[c] += y[o + c];
  }
  for (let c = 0; c < width; c++) mean[c] /= rows;
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    for (let c = 0; c < width; c++) variance[c] += (y[o + c] - mean[c]) ** 2;
  }
  for (let c = 0; c < width; c++) variance[c] /= rows;
  return { mean, variance };
}

/** gain / deviation of each channel. */
const scaleOf = (gain: Float32Array, { variance }: Moments): Float32Array =>
  gain.map((value, c) => value / Math.sqrt(variance[c] + EPSILON));

/**
 * The end of a layer: keep · max(0, gain · (y − mean) / deviation + offset), added to `h` in a residual block.
 * @param keep  factor of each channel of each clip, clips × width, which is dropout in training
 * @param steps  rows per clip
 * @param out  written
 */
export function normRelu(
  y: Float32Array,
  { gain, offset }: Norm,
  moments: Moments,
  mask: Float32Array,
  steps: number,
  out: Float32Array,
  h?: Float32Array,
  keep?: Float32Array,
): void {
  const width = gain.length;
  const scale = scaleOf(gain, moments);
  const shift = offset.map((value, c) => value - moments.mean[c] * scale[c]);
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    const clip = Math.floor(row / steps) * width;
    for (let c = 0; c < width; c++) {
      const active = y[o + c] * scale[c] + shift[c];
      const own = active > 0 ? (keep ? active * keep[clip + c] : active) : 0;
      out[o + c] = h ? h[o + c] + own : own;
    }
  }
}

/** Gradient of `normRelu` with the moments of the batch; that of `h` is `gradient` itself. @param dy  written @param dGain, dOffset  added to */
export function normReluBack(
  gradient: Float32Array,
  y: Float32Array,
  { gain, offset }: Norm,
  moments: Moments,
  mask: Float32Array,
  steps: number,
  dy: Float32Array,
  { gain: dGain, offset: dOffset }: Norm,
  keep?: Float32Array,
): void {
  const width = gain.length;
  const scale = scaleOf(gain, moments);
  const shift = offset.map((value, c) => value - moments.mean[c] * scale[c]);
  const inverse = moments.variance.map((value) => 1 / Math.sqrt(value + EPSILON));
  let rows = 0;
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    rows++;
    const clip = Math.floor(row / steps) * width;
    for (let c = 0; c < width; c++) {
      if (y[o + c] * scale[c] + shift[c] <= 0) continue;
      const own = keep ? gradient[o + c] * keep[clip + c] : gradient[o + c];
      dy[o + c] = own;
      dOffset[c] += own;
      dGain[c] += own * (y[o + c] - moments.mean[c]) * inverse[c];
    }
  }
  // The batch's moments depend on y too.
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    for (let c = 0; c < width; c++) {
      const normal = (y[o + c] - moments.mean[c]) * inverse[c];
      dy[o + c] = scale[c] * (dy[o + c] - (dOffset[c] + normal * dGain[c]) / rows);
    }
  }
}

/** Mean and variance of a norm's input with those of a further batch: the older ones fade. */
export function follow({ mean, variance }: Moments, batch: Moments, share: number): void {
  for (let c = 0; c < mean.length; c++) {
    mean[c] += share * (batch.mean[c] - mean[c]);
    variance[c] += share * (batch.variance[c] - variance[c]);
  }
}

/**
 * Attentive statistics (Okabe et al., 2018): mean and deviation over time of each channel, weighted by a softmax over time of its own.
 * @param x, logits  clips × steps × width
 * @param share  written: the weights
 * @param out  written: clips × (means, deviations)
 */
export function attentiveStatistics(
  x: Float32Array,
  logits: Float32Array,
  mask: Float32Array,
  steps: number,
  share: Float32Array,
  out: Float32Array,
): void {
  const width = x.length / mask.length;
  const [total, first, second] = [0, 1, 2].map(() => new Float32Array(width));
  for (let clip = 0; clip < mask.length / steps; clip++) {
    for (const sums of [total, first, second]) sums.fill(0);
    for (let t = clip * steps; t < (clip + 1) * steps; t++) {
      if (mask[t] === 0) continue;
      for (let c = 0, o = t * width; c < width; c++, o++) {
        const weight = Math.exp(Math.max(-LIMIT, Math.min(LIMIT, logits[o])));
        share[o] = weight;
        total[c] += weight;
        first[c] += weight * x[o];
        second[c] += weight * x[o] * x[o];
      }
    }
    const to = clip * 2 * width;
    for (let c = 0; c < width; c++) {
      total[c] = 1 / total[c];
      const mean = first[c] * total[c];
      out[to + c] = mean;
      out[to + width + c] = Math.sqrt(Math.max(0, second[c] * total[c] - mean * mean) + EPSILON);
    }
    for (let t = clip * steps; t < (clip + 1) * steps; t++) {
      if (mask[t] === 0) continue;
      for (let c = 0, o = t * width; c < width; c++, o++) share[o] *= total[c];
    }
  }
}

/** Gradient of `attentiveStatistics`. @param share, out  its results @param dx, dLogits  written */
export function attentiveStatisticsBack(
  gradient: Float32Array,
  x: Float32Array,
  mask: Float32Array,
  steps: number,
  share: Float32Array,
  out: Float32Array,
  dx: Float32Array,
  dLogits: Float32Array,
): void {
  const width = x.length / mask.length;
  const [whole, half] = [0, 1].map(() => new Float32Array(width));
  for (let clip = 0; clip < mask.length / steps; clip++) {
    const to = clip * 2 * width;
    whole.fill(0);
    for (let c = 0; c < width; c++) half[c] = gradient[to + width + c] / (2 * out[to + width + c]); // of the variance
    for (let t = clip * steps; t < (clip + 1) * steps; t++) {
      if (mask[t] === 0) continue;
      for (let c = 0, o = t * width; c < width; c++, o++) {
        const mean = out[to + c];
        const own = share[o] * x[o] * (gradient[to + c] + half[c] * (x[o] - 2 * mean));
        dLogits[o] = own;
        whole[c] += own;
        dx[o] = share[o] * (gradient[to + c] + 2 * half[c] * (x[o] - mean));
      }
    }
    for (let t = clip * steps; t < (clip + 1) * steps; t++) {
      if (mask[t] === 0) continue;
      for (let c = 0, o = t * width; c < width; c++, o++) dLogits[o] -= share[o] * whole[c];
    }
  }
}
