import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Bundle, checkModelFolder, loadBundle, saveBundle } from '../../src/train/bundle/bundle.ts';
import { trainModel } from '../../src/train/trainModel.ts';
import { killAfter } from '../killedWriter.ts';
import { syntheticTable } from './synthetic.ts';

vi.mock('node:fs', async (original) => (await import('../killedWriter.ts')).killableFs(original));

const folder = mkdtempSync(join(tmpdir(), 'ser-replaced-'));
const table = syntheticTable();
const features = { name: table.featureSet, names: table.names };
const bundles: Bundle[] = [];
beforeAll(async () => {
  for (const seed of [1, 2]) {
    const task = {
      gender: 'male' as const,
      table,
      protocol: 'statement',
      fold: 'sentence 1',
      command: 'ser train male',
    };
    bundles.push(await trainModel({ ...task, out: join(folder, `trained-${seed}`) }, { seed, epochs: 1 }));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Saves what was trained with this seed. */
function save(dir: string, seed: number): Promise<Bundle> {
  const content = (name: string): Uint8Array => readFileSync(join(folder, `trained-${seed}`, name));
  const model = {
    predictProba: () => new Float32Array(),
    files: async () => new Map(['model.json', 'weights.bin'].map((name) => [name, content(name)])),
  };
  return saveBundle(dir, { model, bundle: bundles[seed - 1], card: String(content('MODEL_CARD.md')) });
}

test('a model that is being replaced can be loaded at any moment, the old one or the new one, and the folder takes a third', async () => {
  const x = table.values.subarray(0, table.names.length);
  const answers = [1, 2].map((seed) => loadBundle(join(folder, `trained-${seed}`), features).predictProba(x));
  expect(answers[0]).not.toEqual(answers[1]);
  const loaded = new Set<number>();
  for (let changes = 0; ; changes++) {
    const dir = join(folder, `killed-${changes}`);
    await save(dir, 1);
    const killed = await killAfter(changes, () => save(dir, 2));
    const model = loadBundle(dir, features);
    const seed = model.bundle.seed as number;
    expect(model.predictProba(x)).toEqual(answers[seed - 1]);
    loaded.add(seed);
    checkModelFolder(dir);
    await save(dir, 1);
    expect(readdirSync(dir).sort()).toEqual(['MODEL_CARD.md', 'bundle.json', 'model.json', 'weights.bin']);
    expect(loadBundle(dir, features).bundle.seed).toBe(1);
    if (!killed) break;
  }
  expect([...loaded]).toEqual([1, 2]);
});
