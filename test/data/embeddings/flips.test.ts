import { describe, expect, test } from 'vitest';
import { countFlips } from './flips.ts';

const corpora = process.env.SER_CORPORA;

describe.skipIf(!corpora)('a model on the speech encoder (needs SER_CORPORA, a folder of corpora)', () => {
  test(
    'gives at most one clip in a hundred another emotion at other levels and with silence around',
    { timeout: 300_000 },
    async () => {
      const { clips, counts } = await countFlips(corpora!, 3);
      expect(clips).toBe(100);
      for (const condition of ['+20 dB', '−20 dB', 'a second of zeros before and after']) {
        expect(counts.get(condition)).toBeLessThanOrEqual(1);
      }
    },
  );
});
