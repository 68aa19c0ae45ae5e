import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ravdess } from '../../../../src/data/corpora/ravdess.ts';
import type { ClipResult } from '../../../../src/serve/predict/clipResult.ts';
import { trainPair } from '../../trainedPair.ts';
import {
  allDone,
  askServer,
  demoPath,
  describePage,
  deviceReady,
  downloadedJson,
  type PageServer,
  startPageServer,
} from '../pageServer.ts';

const QUICK_STACK = { members: 'svm,forest:trees=50,boosting:rounds=10' };
const PAIRS = [
  ['svm', 'librosa186', {}],
  ['svm', 'librosa186+speech-embedding', {}],
  ['svm', 'moonshine-functionals', {}],
  ['stack', 'librosa186', QUICK_STACK],
] as const;

describe.each(PAIRS)('%s for %s features', (classifier, features, options) => {
  describePage('a pair of models on this device', () => {
    let models: string;
    let server: PageServer;
    beforeAll(async () => {
      models = await trainPair(classifier, features, options);
      server = await startPageServer({ models });
    });
    afterAll(async () => {
      await server?.close();
      rmSync(models, { recursive: true });
    });

    it('gives what the server gives, and uploads nothing', async () => {
      const encoders: string[] = [];
      const { page, uploads, troubles } = await server.open({
        before: async (page) =>
          page.on('response', async (response) => {
            const encoder = /models\/(speech-embedding\/embedding|moonshine\/encoder)\.onnx$/.exec(response.url());
            if (encoder) encoders.push(`${encoder[1]} ${response.status()}`);
          }),
      });
      // The gender model needs the second.
      const needed = ['speech-embedding/embedding', 'moonshine/encoder'].filter((one) => one.startsWith('moonshine') || features.includes(one.split('/')[0])).map((one) => `${one} 200`); // prettier-ignore
      await deviceReady(page);
      // Before the first recording, so that it does not wait for it.
      expect(encoders.toSorted()).toEqual(needed.toSorted());
      const names = ['female', 'male', 'female-excited'];
      await page.setInputFiles('#files', names.map(demoPath));
      await allDone(page, names.length);
      const results = (await downloadedJson(page)) as ClipResult[];
      expect(encoders).toHaveLength(needed.length);
      expect(uploads).toEqual([]);
      expect(troubles).toEqual([]);
      for (const [i, name] of names.entries()) {
        const { emotion, probabilities } = await askServer(server.url, readFileSync(demoPath(name)));
        expect(results[i].emotion).toBe(emotion);
        for (const one of ravdess.labels) expect(results[i].probabilities[one]).toBeCloseTo(probabilities[one], 3);
      }
    });
  });
});
