/*
 * The parts of the network that are no matrix products, forward and backward, over flat arrays: rows of `width` values, one row per step
 * in time, the steps of all clips concatenated. Rows whose `mask` is 0 lie beyond the end of a clip: they stay 0, and have no gradient.
 */

/** Added to variances. */
const EPSILON = 1e-5;
/** Limit of the attention's logits, so that no exponential overflows. */
const LIMIT = 30;

/** max(0, y + bias). Written to `out`. */
export function biasRelu(y: Float32Array, bias: Float32Array, mask: Float32Array, out: Float32Array): void {
  const width = bias.length;
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    for (let c = 0; c < width; c++) {
      const value = y[o + c] + bias[c];
      out[o + c] = value > 0 ? value : 0;
    }
  }
}

/** Gradient of `biasRelu`. @param out  its result @param dy, dBias  written; `dBias` is added to */
export function biasReluBack(
  gradient: Float32Array,
  out: Float32Array,
  mask: Float32Array,
  dy: Float32Array,
  dBias: Float32Array,
): void {
  const width = dBias.length;
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    for (let c = 0; c < width; c++) {
      if (out[o + c] <= 0) continue;
      dy[o + c] = gradient[o + c];
      dBias[c] += gradient[o + c];
    }
  }
}

/** Parameters of a residual block's normalisation. */
export interface Norm {
  bias: Float32Array;
  gain: Float32Array;
  offset: Float32Array;
}

/**
 * The end of a residual block: h + keep · max(0, gain · normalise(y + bias) + offset), normalised over the channels of each row
 * (layer normalisation; Ba et al., 2016).
 * @param keep  factor of each channel of each clip, clips × width, which is dropout in training
 * @param steps  rows per clip
 * @param normal, inverse  written: the normalised rows, and 1 / deviation of each, for `residualBack`
 */
export function residual(
  y: Float32Array,
  h: Float32Array,
  { bias, gain, offset }: Norm,
  mask: Float32Array,
  keep: Float32Array | undefined,
  steps: number,
  out: Float32Array,
  normal: Float32Array,
  inverse: Float32Array,
): void {
  const width = bias.length;
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    let mean = 0;
    for (let c = 0; c < width; c++) {
      const value = y[o + c] + bias[c];
      normal[o + c] = value;
      mean += value;
    }
    mean /= width;
    let square = 0;
    for (let c = 0; c < width; c++) {
      const value = normal[o + c] - mean;
      normal[o + c] = value;
      square += value * value;
    }
    const scale = 1 / Math.sqrt(square / width + EPSILON);
    inverse[row] = scale;
    const clip = Math.floor(row / steps) * width;
    for (let c = 0; c < width; c++) {
      const value = normal[o + c] * scale;
      normal[o + c] = value;
      const active = value * gain[c] + offset[c];
      out[o + c] = h[o + c] + (active > 0 ? (keep ? active * keep[clip + c] : active) : 0);
    }
  }
}

/** Gradient of `residual`; that of `h` is `gradient` itself. @param dy  written @param dBias, dGain, dOffset  added to */
export function residualBack(
  gradient: Float32Array,
  { gain, offset }: Norm,
  mask: Float32Array,
  keep: Float32Array | undefined,
  steps: number,
  normal: Float32Array,
  inverse: Float32Array,
  dy: Float32Array,
  { bias: dBias, gain: dGain, offset: dOffset }: Norm,
): void {
  const width = gain.length;
  const d = new Float32Array(width);
  for (let row = 0, o = 0; row < mask.length; row++, o += width) {
    if (mask[row] === 0) continue;
    const clip = Math.floor(row / steps) * width;
    let sum = 0;
    let product = 0;
    for (let c = 0; c < width; c++) {
      const value = normal[o + c];
      let own = 0;
      if (value * gain[c] + offset[c] > 0) {
        own = gradient[o + c] * (keep ? keep[clip + c] : 1);
        dGain[c] += own * value;
        dOffset[c] += own;
        own *= gain[c];
        sum += own;
        product += own * value;
      }
      d[c] = own;
    }
    sum /= width;
    product /= width;
    for (let c = 0; c < width; c++) {
      const own = inverse[row] * (d[c] - sum - normal[o + c] * product);
      dy[o + c] = own;
      dBias[c] += own;
    }
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
