import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRavdessName, ravdessIds } from '../../src/data/ravdess.ts';
import { type FeatureTable, tableVector } from '../../src/data/table.ts';
import { createRandom } from '../../src/random.ts';
import {
  genderOf,
  loadGenderModel,
  maleProbability,
  saveGenderModel,
  trainGenderModel,
} from '../../src/train/genderModel.ts';

/** Every RAVDESS clip with three features: the first tells the gender, the second only the speaker, the third nothing. */
function syntheticTable(): FeatureTable {
  const clips = ravdessIds().map((id) => ({ ...parseRavdessName(id), copy: 0 }));
  const random = createRandom('gender');
  const values = clips.flatMap(({ gender, speaker }) => [
    (gender === 'female' ? 3 : -3) + random.normal(),
    Number(speaker),
    random.normal(),
  ]);
  return { featureSet: 'made-up', names: ['pitch', 'speaker', 'noise'], clips, values: Float32Array.from(values) };
}

const table = syntheticTable();
const model = trainGenderModel(table);
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'ser-gender-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the gender model', () => {
  test('finds the feature that matters, on test clips and on unseen speakers', () => {
    expect(model.test.n).toBe(491);
    expect(model.test.correct).toBeGreaterThan(485);
    expect(model.unseenSpeakers.n).toBe(1440);
    expect(model.unseenSpeakers.correct).toBeGreaterThan(1425);
  });

  test('learns nothing where gender and features have nothing to do with each other', () => {
    const noise = { ...table, values: Float32Array.from(table.values, (value, i) => (i % 3 === 2 ? value : 0)) };
    const { test: result } = trainGenderModel(noise);
    expect(result.correct / result.n).toBeLessThan(0.65);
  });

  test('comes back from its folder as it was saved', () => {
    saveGenderModel(folder, model);
    const loaded = loadGenderModel(folder, table.featureSet, table.names);
    for (const row of [0, 700, 1500]) {
      const vector = tableVector(table, row);
      expect(maleProbability(loaded, vector)).toBe(maleProbability(model, vector));
      expect(genderOf(maleProbability(loaded, vector))).toBe(table.clips[row].gender);
    }
    expect(readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8')).toContain('CC BY-NC-SA 4.0');
  });

  test('is refused in words where it does not fit', () => {
    saveGenderModel(folder, model);
    expect(() => loadGenderModel(folder, 'made-up', ['pitch', 'noise', 'speaker'])).toThrow(/other features/);
    expect(() => loadGenderModel(folder, 'librosa186', table.names)).toThrow(/other features/);
    expect(() => loadGenderModel(join(folder, 'none'), 'made-up', table.names)).toThrow(/no gender model/);
    const path = join(folder, 'gender.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, 100));
    expect(() => loadGenderModel(folder, 'made-up', table.names)).toThrow(/not JSON/);
    const damaged = JSON.parse(text) as typeof model;
    damaged.logistic.weights[0] = null as unknown as number;
    writeFileSync(path, JSON.stringify(damaged));
    expect(() => loadGenderModel(folder, 'made-up', table.names)).toThrow(/weights are damaged/);
  });
});
