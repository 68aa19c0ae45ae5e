import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VOICE_CORPORA } from '../../../../src/train/gender/voices/voices.ts';
import { readTable } from '../../../../src/data/tables/tableFile.ts';
import { voiceData } from '../../../../src/train/gender/voices/voiceTables.ts';
import { loadEngine } from '../../../../src/train/engine/engine.ts';
import { foldJobs } from '../../../../src/train/gender/training/genderJobs.ts';
import { SHORT_TABLE, trainOptions } from '../../../../src/train/gender/training/genderRun.ts';
import { licenceOf } from '../../../../src/train/families/licence.ts';
import { loadGenderOnnx } from '../../../../src/train/gender/ecapa/genderOnnx.ts';
import { trainShort } from '../../../../src/train/gender/training/genderShort.ts';
import { predictedGender } from '../../../../src/train/gender/training/genderScores.ts';
import { findResult, trainGender } from '../../../../src/train/gender/training/trainGender.ts';

describe('the committed table of voices', async () => {
  const table = await readTable(SHORT_TABLE);
  const data = voiceData([table]);

  it('holds every speaker of the corpora, and says under what licence', () => {
    const count = (corpus: string) =>
      new Set(data.rows.filter((row) => row.corpus === corpus).map(({ speaker }) => speaker)).size;
    expect(VOICE_CORPORA.map(count)).toEqual([24, 261, 10, 91, 128]);
    expect(table.provenance!.licence).toMatch(/CC BY-NC-SA/);
  });

  it('teaches a small network in a few steps to tell speakers that it has not heard', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gender-'));
    const engine = await loadEngine();
    const [job] = foldJobs(data.rows, 5, 1);
    const losses: number[] = [];
    const options = {
      ...trainOptions({ seed: 1, steps: 100 }, job),
      widths: { channels: 32, group: 4, squeeze: 8, mfa: 48, attention: 16, embedding: 16 },
      learningRate: 5e-3,
      averaging: 0.8,
      batches: { rows: 1152, lengths: [72] },
    };
    try {
      const onStep = (_: number, loss: number) => losses.push(loss);
      const result = await trainGender(job, data, options, { engine, folder, onStep });
      const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
      expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) - 0.1);
      const fresh = result.predictions.filter(({ corpus }) => corpus === 'librispeech');
      const hits = fresh.filter((row) => predictedGender(row) === row.gender).length;
      expect(hits / fresh.length).toBeGreaterThan(0.75);

      expect(findResult(folder, job, data, options)).toEqual(result);
      expect(findResult(folder, job, data, { ...options, seed: 2 })).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is learnt from without a corpus that is left out, whose clips are all tested, and whose licence does not count', async () => {
    const out = mkdtempSync(join(tmpdir(), 'gender-short-'));
    try {
      const scores = await trainShort({ out, seed: 1, steps: 1, without: ['ravdess'] }, { engine: await loadEngine() });
      const tested = scores.find(({ on }) => on === 'RAVDESS')!.n;
      expect(tested).toBe(data.rows.filter(({ corpus }) => corpus === 'ravdess').length);
      expect(scores[0].protocol).toContain('nothing of ravdess');
      const { metadata } = await loadGenderOnnx(join(out, 'gender.onnx'));
      expect(metadata.corpora!.map(({ name }) => name)).toEqual(['librispeech', 'emodb', 'crema-d', 'speechocean762']);
      expect(licenceOf(metadata.corpora!).commercial).toBe(true);
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  it('need not be trained to the end to be stopped without a trace', async () => {
    const out = join(tmpdir(), 'gender-short-stopped');
    const stop = new AbortController();
    const context = { engine: await loadEngine(), signal: stop.signal, onStep: () => stop.abort() };
    await expect(trainShort({ out, seed: 1, steps: 5 }, context)).rejects.toThrow(/abort/i);
    expect(existsSync(out)).toBe(false);
  });

  it('is missed in words', async () => {
    const context = { engine: await loadEngine() };
    const missing = trainShort({ seed: 1, steps: 5, table: 'none.parquet' }, context);
    await expect(missing).rejects.toThrow(/none\.parquet cannot be read .* restore it from the repository/);
  });
});
