/** Mean and population variance of each feature over a speaker's clips; for clips of frames, over all of their frames. */
export interface SpeakerStatistics {
  /** Number of clips. */
  clips: number;
  mean: Float64Array;
  variance: Float64Array;
}

/** What is expected of a speaker's features before any clip of the speaker is known; from the training speakers, without labels. */
export interface SpeakerPrior {
  /** Mean of each feature over the training speakers. */
  mean: readonly number[];
  /** Mean variance of each feature within a training speaker; 0: constant. */
  variance: readonly number[];
  /** Clips by which a speaker's own mean weighs as much as `mean`: variance of clips within speakers by that of speakers. */
  clips: readonly number[];
}

/** Clips by which a speaker's own variance weighs as much as `SpeakerPrior.variance`. */
export const VARIANCE_CLIPS = 8;

/**
 * Statistics of a speaker's clips, without their labels.
 * @param clips  at least one: a vector each, or the frames × features of each
 * @param size  features per vector or frame
 * @example
 * const { mean, variance } = speakerStatistics([[1, 10], [3, 10]], 2);
 * [...mean, ...variance] // → [2, 10, 1, 0]
 */
export function speakerStatistics(clips: readonly ArrayLike<number>[], size: number): SpeakerStatistics {
  const rows = clips.reduce((sum, { length }) => sum + length, 0) / size;
  const mean = new Float64Array(size);
  const variance = new Float64Array(size);
  for (const clip of clips) for (let i = 0; i < clip.length; i++) mean[i % size] += clip[i] / rows;
  for (const clip of clips) {
    for (let i = 0; i < clip.length; i++) variance[i % size] += (clip[i] - mean[i % size]) ** 2 / rows;
  }
  return { clips: clips.length, mean, variance };
}

/**
 * Standardises a clip by the statistics of its speaker, of whom n clips are known: each feature becomes (x − m) / √v with
 *
 *     m = (n · speaker's mean + k · mean of the training speakers) / (n + k)
 *     v = (n · speaker's variance + 8 · mean variance within training speakers) / (n + 8)
 *
 * where k is `prior.clips` of the feature: m is the best linear predictor of a speaker's mean (Robinson, 1991). With few clips the clip stays
 * near where it lies among the training speakers, with many its speaker's voice is taken out. A feature that is constant within every training
 * speaker is only centred.
 * @param values  a vector, or frames × features
 * @param prior  default: none, that is k = 0, and the speaker's variance alone
 * @example
 * const statistics = speakerStatistics([[1, 10], [3, 10]], 2);
 * [...standardise([3, 11], statistics)] // → [1, 1]
 */
export function standardise(
  values: ArrayLike<number>,
  { clips, mean, variance }: SpeakerStatistics,
  prior?: SpeakerPrior,
): Float32Array {
  const size = mean.length;
  const centre = new Float64Array(size);
  const scale = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const own = prior ? clips / (clips + prior.clips[i]) : 1;
    centre[i] = prior ? own * mean[i] + (1 - own) * prior.mean[i] : mean[i];
    const spread = prior
      ? prior.variance[i] && (clips * variance[i] + VARIANCE_CLIPS * prior.variance[i]) / (clips + VARIANCE_CLIPS)
      : variance[i];
    scale[i] = spread > 0 ? Math.sqrt(spread) : 1;
  }
  const standardised = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) standardised[i] = (values[i] - centre[i % size]) / scale[i % size];
  return standardised;
}
