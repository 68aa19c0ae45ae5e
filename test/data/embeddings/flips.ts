import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { COMBINED } from '../../../src/data/clip.ts';
import { featureSet } from '../../../src/data/embeddings/load.ts';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';
import { tablePaths } from '../../../src/data/tables/tablePaths.ts';
import { SAMPLE_RATE } from '../../../src/features/types.ts';
import { loadBundle } from '../../../src/train/bundle/bundle.ts';
import { trainModel } from '../../../src/train/trainModel.ts';

/** What is done to a signal; none of it should change an answer. */
const CONDITIONS: Record<string, (signal: Float32Array) => Float32Array> = {
  '+20 dB': (signal) => signal.map((value) => 10 * value),
  '−20 dB': (signal) => signal.map((value) => value / 10),
  '−20 dB, in 16 bits': (signal) => signal.map((value) => Math.round(3276.8 * value) / 32_768),
  'a second of zeros before and after': (signal) => {
    const padded = new Float32Array(signal.length + 2 * SAMPLE_RATE);
    padded.set(signal, SAMPLE_RATE);
    return padded;
  },
  '+20 dB, cut off at full scale': (signal) => signal.map((value) => Math.max(-1, Math.min(1, 10 * value))),
};

export interface Flips {
  clips: number;
  counts: Map<string, number>;
}

/** Clips whose emotion is another one under a condition, by a support vector machine on the functionals that does not know the speakers. */
export async function countFlips(corpora: string, every: number): Promise<Flips> {
  const set = featureSet('speech-embedding-functionals');
  const table = await readTable(tablePaths('ravdess', set.name).original);
  const fold = getProtocol('luna-5fold').folds(table.clips)[0];
  const out = mkdtempSync(join(tmpdir(), 'ser-flips-'));
  try {
    const task = { gender: COMBINED, table, protocol: 'luna-5fold', fold: fold.name, classifier: 'svm', out } as const;
    await trainModel({ ...task, command: 'none' }, {});
    const { predictProba } = loadBundle(out);
    const emotionOf = async (signal: Float32Array): Promise<number> => {
      const probabilities = predictProba(Float32Array.from(await set.extract(signal)));
      return probabilities.indexOf(Math.max(...probabilities));
    };
    const counts = new Map(Object.keys(CONDITIONS).map((name) => [name, 0]));
    const clips = fold.test.filter((_, i) => i % every === 0);
    for (const { id, speaker } of clips) {
      const signal = await loadAudio(join(corpora, 'ravdess', `Actor_${speaker}`, `${id}.flac`));
      const emotion = await emotionOf(signal);
      for (const [name, change] of Object.entries(CONDITIONS)) {
        if ((await emotionOf(change(signal))) !== emotion) counts.set(name, counts.get(name)! + 1);
      }
    }
    return { clips: clips.length, counts };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
