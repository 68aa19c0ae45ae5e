import type { Random } from '../../../random.ts';
import type { Values } from '../../../data/tables/values.ts';
import { rowStarts } from '../../../data/tables/rowStarts.ts';
import type { Samples } from '../classifier.ts';
import { createMasks, type Masks } from '../../engine/dropout.ts';
import { disturbSpectrum } from './disturb.ts';
import { type Padded, padFrames } from './padding.ts';
import type { Sizes } from './shape.ts';

/** Batches whose rows are sorted by length together, so that little is padded. */
const SORTED = 16;

export interface BatchOptions {
  batchSize: number;
  /** Frames of a clip in a step of the training at most: a random part of longer ones. */
  crop: number;
  /** Longest part of a clip whose frames are set to their mean, as a share. */
  timeMask: number;
  /** Whether the columns are log-mel bands, which are disturbed as in `disturbSpectrum`. */
  spectral: boolean;
}

export interface Batch extends Padded {
  /** Indices of the rows. */
  rows: number[];
  masks: Masks;
}

/** The batches of an epoch: rows in random order, those of a batch of similar length, cropped and masked in time. */
export function* trainingBatches(
  { x, y, frames }: Samples<Values>,
  features: number,
  sizes: Sizes,
  { batchSize, crop, timeMask, spectral }: BatchOptions,
  random: Random,
): Generator<Batch> {
  const starts = rowStarts(frames!);
  const order = random.shuffle(Array.from(y.keys()));
  const masks = createMasks(random);
  const batches: number[][] = [];
  for (let from = 0; from < order.length; from += SORTED * batchSize) {
    const sorted = order.slice(from, from + SORTED * batchSize).sort((a, b) => frames![a] - frames![b]);
    const cut: number[][] = [];
    for (let at = 0; at < sorted.length; at += batchSize) cut.push(sorted.slice(at, at + batchSize));
    batches.push(...random.shuffle(cut));
  }
  for (const rows of batches) {
    const parts = rows.map((row) => {
      const kept = Math.min(frames![row], crop);
      const from = starts[row] + random.integer(frames![row] - kept + 1);
      const cut = x.subarray(from * features, (from + kept) * features).slice();
      const part = spectral ? disturbSpectrum(cut, features, random) : cut;
      const count = part.length / features;
      const length = Math.floor(random.uniform() * timeMask * count);
      const start = random.integer(count - length + 1);
      part.fill(0, start * features, (start + length) * features);
      return part;
    });
    yield { ...padFrames(parts, features, sizes), rows, masks };
  }
}
