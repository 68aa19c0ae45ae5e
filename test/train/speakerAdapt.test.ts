import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { speakerAdapted } from '../../src/data/adapt/speakerAdapted.ts';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import { type FeatureTable, selectRows, tableVector } from '../../src/data/tables/table.ts';
import { withScaler } from '../../src/train/bundle/scaler.ts';
import { getClassifier } from '../../src/train/classifiers/classifiers.ts';
import { collectPredictions } from '../../src/train/collect.ts';
import { type CrossOptions, findTraining, planTrainings, runTraining } from '../../src/train/crossValidation.ts'; // prettier-ignore
import { predictTable } from '../../src/train/predictTable.ts';
import { trainFold } from '../../src/train/trainFold.ts';
import { SIZE, syntheticTable } from './synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-adapt-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every speaker has an offset of their own, many times what tells emotions apart. */
function offset(source: FeatureTable): FeatureTable {
  const values = source.values.map((value, i) => {
    const speaker = Number(source.clips[Math.floor(i / SIZE)].speaker);
    return value + 400 * Math.sin(speaker * (1 + (i % SIZE)));
  });
  return { ...source, values };
}

const table = offset(syntheticTable(6));
const optionsOf = (train: CrossOptions['train']): CrossOptions => ({
  ...{ protocol: getProtocol('loso'), model: 'pooled', seeds: [1], classifier: 'svm', folder },
  train,
});

async function crossValidated(train: CrossOptions['train'], of = table) {
  const options = optionsOf(train);
  const plan = planTrainings({ table: of }, options);
  for (const training of plan) await runTraining(training, { table: of }, options);
  const results = plan.map((training) => findTraining(training, { table: of }, options)!);
  return { plan, ...collectPredictions(plan, results, { table: of }, options)[0] };
}
const right = ({ rows }: { rows: readonly { label: string; predicted: string }[] }): number =>
  rows.filter(({ label, predicted }) => label === predicted).length / rows.length;

test('speakers whose features lie elsewhere are recognised with adaptation alone, and the better the more clips are known', async () => {
  const [plain, all, two] = [{}, { speakerAdapt: true }, { speakerAdapt: true, speakerAdaptClips: 2 }].map((train) => crossValidated(train)); // prettier-ignore
  const shares = [right(await plain), right(await two), right(await all)];
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares[0]).toBeLessThan(0.4);
  expect(shares[2]).toBeGreaterThan(0.8);
});

test('with and without adaptation, and with other numbers of clips, are different trainings', async () => {
  const { plan } = await crossValidated({ speakerAdapt: true });
  const found = (train: CrossOptions['train']) => findTraining(plan[0], { table }, optionsOf(train)) !== undefined;
  expect(found({ speakerAdapt: true })).toBe(true);
  expect(found({ speakerAdapt: true, speakerAdaptClips: 3 })).toBe(false);
  expect(found({ C: 4 })).toBe(false);
});

test('the labels of test clips are not read', async () => {
  const options = { speakerAdapt: true, speakerAdaptClips: 4 };
  const { rows } = await crossValidated(options);
  // The two sentences' clips of speaker 06 exchange their emotions in pairs.
  const emotions = new Map(table.clips.map(({ id, emotion }) => [id, emotion]));
  const exchanged = { ...table, clips: table.clips.map((clip, i, all) => (clip.speaker === '06' ? { ...clip, emotion: emotions.get(all[all.length - 1 - (i % 16)].id)! } : clip)) }; // prettier-ignore
  const again = await crossValidated(options, exchanged);
  const of = (all: typeof rows) => all.filter(({ speaker }) => speaker === '06').map(({ probabilities }) => probabilities); // prettier-ignore
  expect(again.rows.filter(({ speaker }) => speaker === '06').map(({ label }) => label)).not.toEqual(rows.filter(({ speaker }) => speaker === '06').map(({ label }) => label)); // prettier-ignore
  expect(of(again.rows)).toEqual(of(rows));
});

test('a test speaker changes nothing for another, nor for what is learnt', async () => {
  const protocol = getProtocol('loso');
  const [fold] = protocol.folds(table.clips);
  const task = (of: FeatureTable) => ({ table: of, protocol, fold, classifier: getClassifier('svm') });
  const huge = { ...table, values: table.values.slice() };
  huge.clips.forEach(({ speaker }, row) => speaker === '01' && tableVector(huge, row).fill(1e6));
  const [first, second] = [await trainFold(task(table), { speakerAdapt: true }), await trainFold(task(huge), { speakerAdapt: true })]; // prettier-ignore
  expect(fold.test[0].speaker).toBe('01');
  expect(second.scaler).toEqual(first.scaler);
  expect(second.speakerPrior).toEqual(first.speakerPrior);
  const { labels, speakerPrior } = first;
  const model = { labels, speakerPrior, predictProba: withScaler(first.model, first) };
  const predicted = (of: FeatureTable) => predictTable(model, selectRows(of, ({ speaker }) => speaker < '03'), 'loso').rows.filter(({ speaker }) => speaker === '02'); // prettier-ignore
  expect(predicted(huge)).toEqual(predicted(table));
});

test('a model that is told the gender cannot be adapted', () => {
  expect(() => planTrainings({ table }, { ...optionsOf({ speakerAdapt: true }), model: 'pooled-gender' })).toThrow('Speaker adaptation would remove the gender'); // prettier-ignore
});

test('the description of a protocol says that figures are transductive, and of how many clips', () => {
  const describe = (clips?: number) => speakerAdapted(getProtocol('loso'), clips).describe(table.clips);
  expect(describe()).toMatch(
    /^Leave one speaker out.* all test clips of its speaker, without labels \(transductive\)\.$/,
  );
  expect(describe(1)).toContain('of itself alone, without labels');
  expect(describe(4)).toContain('of at most 4 test clips of its speaker');
});
