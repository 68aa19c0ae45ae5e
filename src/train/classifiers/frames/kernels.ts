import { normKernel, type NormKernel } from './normKernel.ts';

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

/** The rows of each clip: `count` of them from `from` on, before those beyond its end. */
export type ClipRows = readonly { from: number; count: number }[];

/** Mean and variance of each channel over the rows of a batch (Ioffe & Szegedy, 2015). @param y  rows × width */
export function batchMoments(y: Float32Array, width: number, clips: ClipRows): Moments {
  const { kernel, rows } = loaded(y, width, clips);
  const { mean, first, second } = kernel.channels;
  first.fill(0);
  second.fill(0);
  for (const { from, count } of clips) kernel.addRows(from, count);
  mean.set(first.map((sum) => sum / rows));
  for (const { from, count } of clips) kernel.addSquares(from, count);
  return { mean: mean.slice(0, width), variance: second.slice(0, width).map((sum) => sum / rows) };
}

/**
 * The end of a layer: keep · max(0, gain · (y − mean) / deviation + offset), added to `h` in a residual block.
 * @param y  rows × width
 * @param keep  factor of each channel of each clip, clips × width, which is dropout in training
 * @returns 0 in the rows beyond the end of a clip
 */
export function normRelu(
  y: Float32Array,
  norm: Norm,
  moments: Moments,
  clips: ClipRows,
  h?: Float32Array,
  keep?: Float32Array,
): Float32Array<ArrayBuffer> {
  const width = norm.gain.length;
  const { kernel } = loaded(y, width, clips);
  setNorm(kernel, norm, moments);
  if (h) write(h, width, kernel.rows.h, kernel.width);
  else kernel.rows.h.fill(0, 0, (y.length / width) * kernel.width);
  clips.forEach(({ from, count }, clip) => {
    setKeep(kernel, width, clip, keep);
    kernel.apply(from, count);
  });
  return read(kernel, y.length, width, clips);
}

/**
 * Gradient of `normRelu` with the moments of the batch; that of `h` is `gradient` itself.
 * @param d  added to: of gain and offset
 * @returns of y
 */
export function normReluBack(
  gradient: Float32Array,
  y: Float32Array,
  norm: Norm,
  moments: Moments,
  clips: ClipRows,
  d: Norm,
  keep?: Float32Array,
): Float32Array<ArrayBuffer> {
  const width = norm.gain.length;
  const { kernel, rows } = loaded(y, width, clips);
  setNorm(kernel, norm, moments);
  write(gradient, width, kernel.rows.out, kernel.width);
  const { mean, inverse, scale, shift, first, second } = kernel.channels;
  first.fill(0);
  second.fill(0);
  clips.forEach(({ from, count }, clip) => {
    setKeep(kernel, width, clip, keep);
    kernel.addGradient(from, count);
  });
  for (let c = 0; c < width; c++) {
    d.offset[c] += first[c];
    d.gain[c] += second[c];
    // The batch's moments depend on y too.
    const bySpread = (scale[c] * second[c] * inverse[c]) / rows;
    shift[c] = (scale[c] * first[c]) / rows - mean[c] * bySpread;
    second[c] = bySpread;
  }
  for (const { from, count } of clips) kernel.finishGradient(from, count);
  return read(kernel, y.length, width, clips);
}

/** The kernel with y in it, and the number of rows of all clips. */
function loaded(y: Float32Array, width: number, clips: ClipRows): { kernel: NormKernel; rows: number } {
  const kernel = normKernel(width, y.length / width);
  write(y, width, kernel.rows.y, kernel.width);
  return { kernel, rows: clips.reduce((sum, { count }) => sum + count, 0) };
}

function setNorm({ channels }: NormKernel, { gain, offset }: Norm, { mean, variance }: Moments): void {
  for (const values of Object.values(channels)) values.fill(0);
  channels.mean.set(mean);
  channels.inverse.set(variance.map((value) => 1 / Math.sqrt(value + EPSILON)));
  channels.scale.set(gain.map((value, c) => value * channels.inverse[c]));
  channels.shift.set(offset.map((value, c) => value - mean[c] * channels.scale[c]));
}

function setKeep({ channels: { keep } }: NormKernel, width: number, clip: number, values?: Float32Array): void {
  if (values) keep.set(values.subarray(clip * width, (clip + 1) * width));
  else keep.fill(1);
}

/** Copies rows to lines of another width. */
function write(values: Float32Array, width: number, to: Float32Array, line: number): void {
  if (width === line) return to.set(values);
  for (let row = 0; row * width < values.length; row++)
    to.set(values.subarray(row * width, (row + 1) * width), row * line);
}

/** The kernel's results for the clips' rows. */
function read({ rows: { out }, width: line }: NormKernel, length: number, width: number, clips: ClipRows) {
  const values = new Float32Array(length);
  for (const { from, count } of clips) {
    if (width === line) values.set(out.subarray(from * width, (from + count) * width), from * width);
    else for (let row = from; row < from + count; row++) values.set(out.subarray(row * line, row * line + width), row * width); // prettier-ignore
  }
  return values;
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
