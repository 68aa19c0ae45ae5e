import { GENDERS } from '../../src/data/clip.ts';
import { ravdess } from '../../src/data/corpora/ravdess.ts';
import type { FeatureTable, TableRow } from '../../src/data/tables/table.ts';
import { createRandom } from '../../src/random.ts';
import type { Samples } from '../../src/train/classifiers/classifier.ts';

/** Width of the vectors: small, so that a network on them is fast. */
export const SIZE = 16;

/** Rows whose class shows in their mean at one feature, under noise: a network learns them in a few epochs. */
export function separable(rows: number, seed: string, size = SIZE): Samples {
  const random = createRandom(seed);
  const y = Uint8Array.from({ length: rows }, (_, row) => row % ravdess.labels.length);
  const x = Float32Array.from({ length: rows * size }, (_, i) => {
    const label = y[Math.floor(i / size)];
    return 0.5 * random.normal() + (i % size === 2 * label ? 3 : 0);
  });
  return { x, y };
}

/**
 * A RAVDESS-like table: speech, `speakers` actors (odd: male), eight emotions, two statements.
 * Values are those of `separable`, on a scale of their own for every feature.
 */
export function syntheticTable(speakers = 10, copies: readonly number[] = [0]): FeatureTable {
  const clips: TableRow[] = [];
  for (let actor = 1; actor <= speakers; actor++) {
    for (let code = 1; code <= ravdess.labels.length; code++) {
      for (const statement of [1, 2]) {
        for (const copy of copies) {
          const speaker = String(actor).padStart(2, '0');
          const id = `03-01-0${code}-01-0${statement}-01-${speaker}`;
          const gender = GENDERS[actor % 2 === 1 ? 0 : 1];
          const emotion = ravdess.labels[code - 1];
          clips.push({ id, copy, corpus: 'ravdess', emotion, speaker, gender, recording: id, sentence: String(statement), channel: 'speech' }); // prettier-ignore
        }
      }
    }
  }
  const random = createRandom(`table ${copies.join()}`);
  const values = Float32Array.from({ length: clips.length * SIZE }, (_, i) => {
    const label = ravdess.labels.indexOf(clips[Math.floor(i / SIZE)].emotion);
    return (0.5 * random.normal() + (i % SIZE === 2 * label ? 3 : 0)) * (1 + (i % SIZE)) + 10 * (i % SIZE);
  });
  const names = Array.from({ length: SIZE }, (_, i) => `feature_${i}`);
  return { featureSet: 'synthetic', names, labels: ravdess.labels, clips, values };
}
