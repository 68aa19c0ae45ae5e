import { SerError } from '../../error.ts';
import { tableVector } from '../tables/table.ts';
import type { TableRows } from '../tables/tableRows.ts';
import { rowsBySpeaker } from './groups.ts';
import { type SpeakerPrior, type SpeakerStatistics, speakerStatistics } from './speaker.ts';

/** Largest number of clips for `SpeakerPrior.clips`: the speakers do not differ in the feature. */
const MOST_CLIPS = 1e6;

/**
 * The prior of speaker adaptation from training speakers, without labels. The variance of clips within a speaker is that of their means over time,
 * averaged over the speakers; the variance of speakers is that of their means less what chance explains of it (method of moments).
 * @param table  training rows; augmented copies are not used
 * @throws {SerError} `protocol` for fewer than two speakers with two clips each
 * @example
 * const { mean } = fitSpeakerPrior(await readTable('data/features/ravdess-librosa186.parquet'));
 * mean.length // → 186
 */
export function fitSpeakerPrior(table: TableRows): SpeakerPrior {
  const size = table.names.length;
  const speakers = rowsBySpeaker(table)
    .filter((rows) => rows.length > 1 && table.clips[rows[0]].copy === 0)
    .map((rows) => {
      const clips = rows.map((row) => tableVector(table, row));
      const ofClips = table.frames ? clips.map((clip) => speakerStatistics([clip], size).mean) : clips;
      return { whole: speakerStatistics(clips, size), ofClips: speakerStatistics(ofClips, size) };
    });
  const count = speakers.length;
  if (count < 2) {
    throw new SerError('protocol', `Speaker adaptation needs training clips of at least two speakers, two of each; there ${count === 1 ? 'is 1 such speaker' : 'are none'}.`); // prettier-ignore
  }
  const columns = Array.from({ length: size }, (_, i) => columnPrior(speakers, i));
  const valuesOf = (name: keyof SpeakerPrior): number[] => columns.map((column) => column[name]);
  return { mean: valuesOf('mean'), variance: valuesOf('variance'), clips: valuesOf('clips') };
}

function columnPrior(
  speakers: readonly Record<'whole' | 'ofClips', SpeakerStatistics>[],
  i: number,
): { mean: number; variance: number; clips: number } {
  const count = speakers.length;
  let mean = 0;
  let variance = 0;
  let within = 0;
  let chance = 0;
  for (const { whole, ofClips } of speakers) {
    mean += whole.mean[i] / count;
    variance += whole.variance[i] / count;
    within += (ofClips.variance[i] * ofClips.clips) / (ofClips.clips - 1) / count;
  }
  for (const { ofClips } of speakers) chance += within / ofClips.clips / count;
  const between = speakers.reduce((sum, { whole }) => sum + (whole.mean[i] - mean) ** 2, 0) / (count - 1) - chance;
  // The variance that rounding alone can leave in a constant column.
  if (variance <= (mean * 1e-7) ** 2) return { mean, variance: 0, clips: 0 };
  return { mean, variance, clips: between > within / MOST_CLIPS ? within / between : MOST_CLIPS };
}
