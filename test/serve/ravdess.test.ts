import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ravdess } from '../../src/data/corpora/ravdess.ts';
import { TABLE_PATHS } from '../../src/data/corpora/corpora.ts';
import { selectRows, tableVector } from '../../src/data/tables/table.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { loadEmotionModels } from '../../src/serve/predict/emotionModels.ts';
import { predictClips } from '../../src/serve/predict/predictClips.ts';

const corpora = process.env.SER_CORPORA;

describe.skipIf(!corpora)('real clips (skipped unless SER_CORPORA names a folder with ravdess/)', () => {
  test('one clip of each speaker: the voice is told, and the emotion is the one that the table of features gives', async () => {
    const { clips } = await ravdess.clips(join(corpora!, 'ravdess'));
    const speakers = [...new Set(clips.map(({ speaker }) => speaker))];
    const chosen = speakers.map((one, i) => clips.filter(({ speaker }) => speaker === one)[(11 * i) % 40]);
    const models = await loadEmotionModels({ models: 'reference' });
    const outcomes = await predictClips(chosen.map(({ path }) => path), models, { routing: 'hard' }); // prettier-ignore
    const table = await readTable(TABLE_PATHS.original);
    let right = 0;
    outcomes.forEach((outcome, i) => {
      if ('error' in outcome) throw new Error(outcome.error);
      const clip = chosen[i];
      if (outcome.gender === clip.gender) right++;
      const row = tableVector(selectRows(table, ({ id }) => id === clip.id), 0); // prettier-ignore
      const fromTable = models.predict({ seconds: 0, vector: Float64Array.from(row) }, { gender: outcome.gender! });
      for (const emotion of ravdess.labels) {
        const difference = outcome.probabilities[emotion] - fromTable.probabilities[emotion];
        expect(Math.abs(difference), `${clip.id} ${emotion}`).toBeLessThan(1e-3);
      }
    });
    expect(chosen).toHaveLength(24);
    expect(right).toBeGreaterThanOrEqual(23); // it was trained on them: this only tells that model and front end fit
  }, 120_000);
});
