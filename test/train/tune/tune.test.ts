import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { selectRows } from '../../../src/data/tables/table.ts';
import { finite } from '../../../src/files/json.ts';
import { createRandom } from '../../../src/random.ts';
import type { Classifier } from '../../../src/train/classifiers/classifier.ts';
import { CLASSIFIERS, getClassifier } from '../../../src/train/classifiers/classifiers.ts';
import { findTraining, planTrainings, runTraining } from '../../../src/train/crossValidation.ts';
import { type Candidate, drawCandidates } from '../../../src/train/tune/candidates.ts';
import { type Rung, rungsOf } from '../../../src/train/tune/halving.ts';
import { type OuterFold, outerFolds } from '../../../src/train/tune/outerFolds.ts';
import { search } from '../../../src/train/tune/search.ts';
import { defaultSpace } from '../../../src/train/tune/space.ts';
import { findTrial, runTrial, type Trial, type TrialOptions } from '../../../src/train/tune/trial.ts';
import { type Tuning, tunedOptions } from '../../../src/train/tune/tuning.ts';
import { SIZE, syntheticTable } from '../synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-tune-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What fits and predictions have seen: the largest value of a row, in standard deviations, and the rows learnt from. */
const seen = { largest: 0, fits: 0, rows: 0 };
const BEST = 0.7;

/** The class of a row of `separable` shows in a feature each; noise of the size by which `width` misses its best value hides it. */
const planted: Classifier<{ width: number }> = {
  name: 'planted',
  accepts: ['functionals'],
  augmentation: false,
  options: {
    width: {
      schema: v.pipe(finite, v.minValue(0)),
      default: 0,
      describe: 'Planted',
      search: { low: 0, high: 1, scale: 'linear' },
    },
  },
  fit: async ({ classes }, { x, y }, _validation, { width }, { seed }) => {
    note(x);
    seen.fits++;
    seen.rows += y.length;
    const random = createRandom(`${seed}/planted`);
    const predictProba = (rows: Float32Array): Float32Array => {
      note(rows);
      const scores = Float32Array.from({ length: (rows.length / SIZE) * classes }, (_, i) => {
        if (width > 2) return NaN;
        const value = rows[Math.floor(i / classes) * SIZE + 2 * (i % classes)];
        return Math.exp(2 * value + 10 * Math.abs(width - BEST) * random.normal());
      });
      return scores.map((score, i) => {
        const from = i - (i % classes);
        return score / scores.subarray(from, from + classes).reduce((a, b) => a + b);
      });
    };
    return { model: { predictProba, files: () => Promise.resolve(new Map()) }, notes: {} };
  },
  describe: () => 'Planted.',
  open: () => {
    throw new Error('never stored');
  },
};
const note = (x: Float32Array): void => void x.forEach((value) => (seen.largest = Math.max(seen.largest, Math.abs(value)))); // prettier-ignore

beforeEach(() => {
  Object.assign(seen, { largest: 0, fits: 0, rows: 0 });
  CLASSIFIERS.push(planted as Classifier);
});
afterEach(() => void CLASSIFIERS.splice(CLASSIFIERS.indexOf(planted as Classifier), 1));

const table = syntheticTable(8);
const augmented = syntheticTable(8, [1]);
const protocol = getProtocol('statement');
const optionsFor = (name: string): TrialOptions => ({ model: 'pooled', classifier: 'planted', given: {}, train: {}, seed: 1, folder: join(folder, name) }); // prettier-ignore
const candidatesOf = (trials: number) => {
  const classifier = getClassifier('planted');
  return drawCandidates(classifier, {}, defaultSpace(classifier), { trials, seed: 3 });
};

/** Does all trials here; ends after `most` of them as Ctrl-C would. */
function searched(folds: readonly OuterFold[], candidates: readonly Candidate[], rungs: readonly Rung[], options: TrialOptions, most = Infinity) {
  let done = 0;
  return search(folds, candidates, rungs, async (trials: readonly Trial[]) => {
    for (const trial of trials) {
      if (findTrial(trial, options)) continue;
      if (done++ === most) throw new Error('stopped');
      await runTrial(trial, options);
    }
    return trials.map((trial) => findTrial(trial, options)!);
  });
} // prettier-ignore
const full = (candidates: readonly unknown[]): Rung[] => [{ candidates: candidates.length, share: 1 }];

describe('test clips', () => {
  // Recognisable in any row that they have a part in: thousands of standard deviations from the others.
  const loso = getProtocol('loso');
  const [first] = loso.folds(table.clips);
  const tested = new Set(first.test.map(({ id }) => id));
  const marked = (of: typeof table): typeof table => ({
    ...of,
    values: of.values.map((value, i) => (tested.has(of.clips[Math.floor(i / SIZE)].id) ? 1e5 : value)),
  });
  const tables = { table: marked(table), augmented: marked(augmented) };

  test('of the fold are in no training, validation or prediction of its trials, nor are their augmented copies', async () => {
    const [fold] = outerFolds(tables, loso, { folds: 3 }, [first.name]);
    const own = fold.tables();
    for (const { clips } of [own.table, own.augmented!]) expect(clips.filter(({ id }) => tested.has(id))).toEqual([]);
    expect(own.table.clips).toHaveLength(first.train.length);
    await searched([fold], candidatesOf(3), [{ candidates: 3, share: 1 / 3 }, { candidates: 1, share: 1 }], optionsFor('nested')); // prettier-ignore
    expect(seen.fits).toBe(4 * 3 * 2); // trials × inner folds × first fit and refit
    expect(seen.largest).toBeLessThan(10);
    // As a check of the check: the model of the fold itself meets them when it is tested.
    const cross = { protocol: loso, model: 'pooled', classifier: 'planted', seeds: [1], train: {}, folder: join(folder, 'outer') } as const; // prettier-ignore
    const training = planTrainings(tables, cross).find(({ fold }) => fold.name === first.name)!;
    await runTraining(training, tables, cross);
    expect(seen.largest).toBeGreaterThan(1000);
  });

  test('of further corpora that share a speaker with them are refused', () => {
    const also = [{ table: selectRows(table, ({ speaker }) => speaker === first.test[0].speaker), weight: 1 }];
    expect(() => outerFolds({ table, also }, loso, {}, [first.name])).toThrow(expect.objectContaining({ code: 'protocol' })); // prettier-ignore
  });
});

test('an unknown fold is refused, and the known ones are listed', () => {
  expect(() => outerFolds({ table }, protocol, {}, ['sentence 3'])).toThrow(/statement has no fold "sentence 3"; it has "sentence 1", "sentence 2"\./); // prettier-ignore
});

describe('a search', () => {
  const folds = outerFolds({ table }, protocol, { folds: 2 });
  const candidates = () => candidatesOf(9);

  test('finds a planted optimum in every fold; the best comes first', async () => {
    const found = await searched(folds, candidates(), full(candidates()), optionsFor('planted'));
    expect(found.map(({ fold }) => fold.name)).toEqual(['sentence 1', 'sentence 2']);
    const distance = (one: Candidate): number => Math.abs(Number(one.width ?? 0) - BEST);
    const nearest = [...candidates()].sort((a, b) => distance(a) - distance(b))[0];
    for (const { scores } of found) {
      expect(distance(scores[0].options)).toBeLessThan(0.15);
      expect(distance(scores[0].options)).toBeCloseTo(distance(nearest), 0.5);
      const uars = scores.map(({ uar }) => uar);
      expect(uars).toEqual([...uars].sort((a, b) => b - a));
      expect(uars[0]).toBeGreaterThan(uars.at(-1)! + 0.2);
      const [{ inner, uar, sd }] = scores;
      expect(inner).toHaveLength(2);
      expect(uar).toBeCloseTo((inner[0] + inner[1]) / 2, 12);
      expect(sd).toBeCloseTo(Math.abs(inner[0] - inner[1]) / Math.SQRT2, 12);
    }
  });

  test('that is interrupted and goes on ends as one that is not, and repeats no finished trial', async () => {
    const whole = await searched(folds, candidates(), full(candidates()), optionsFor('whole'));
    const { fits } = seen;
    await expect(searched(folds, candidates(), full(candidates()), optionsFor('cut'), 5)).rejects.toThrow('stopped');
    const again = await searched(folds, candidates(), full(candidates()), optionsFor('cut'));
    expect(seen.fits).toBe(2 * fits);
    const timeless = (all: typeof whole) => all.map(({ scores }) => scores.map((score) => ({ ...score, seconds: 0 })));
    expect(timeless(again)).toEqual(timeless(whole));
    // One small file a trial; what its trainings left is gone.
    expect(readdirSync(join(folder, 'cut')).every((name) => name.endsWith('.json'))).toBe(true);
    expect(readdirSync(join(folder, 'cut'))).toHaveLength(18);
  });

  test('counts a training that diverges as the worst, and goes on', async () => {
    const [{ scores }] = await searched(folds.slice(0, 1), [{}, { width: 3 }], full([{}, {}]), optionsFor('diverged'));
    expect(scores.map(({ trial, uar, inner }) => [trial, uar > 0, inner.length])).toEqual([[1, true, 2], [2, false, 2]]); // prettier-ignore
  });

  test('by halving learns from fewer rows than one in full, and still finds the optimum', async () => {
    const rungs = rungsOf(9);
    const folds = outerFolds({ table: syntheticTable(24) }, protocol, { folds: 2 });
    await searched(folds, candidates(), full(candidates()), optionsFor('in full'));
    const inFull = seen.rows;
    seen.rows = 0;
    const found = await searched(folds, candidates(), rungs, optionsFor('halving'));
    expect(seen.rows).toBeLessThan(0.5 * inFull);
    for (const { scores } of found) {
      expect(scores.map(({ share }) => share).sort((a, b) => b - a)).toEqual([1, 1 / 3, 1 / 3, ...new Array<number>(6).fill(1 / 9)]); // prettier-ignore
      expect(scores[0].share).toBe(1);
      expect(Math.abs(Number(scores[0].options.width) - BEST)).toBeLessThan(0.2);
    }
  });
});

describe('the options that were chosen', () => {
  const folds = outerFolds({ table }, protocol, { folds: 2 });
  const tuning = {
    ...{ protocol: 'statement', model: 'pooled', classifier: 'planted' },
    folds: folds.map(({ name, testClips }, i) => ({ name, testClips, options: { width: i / 2 }, trials: [] })),
  } as unknown as Tuning;
  const asked = { protocol, model: 'pooled', classifier: 'planted', table };

  test('are those of the fold in its training, and other ones make it another training', async () => {
    const tuned = tunedOptions(tuning, asked);
    const cross = { protocol, model: 'pooled', classifier: 'planted', seeds: [1], train: {}, folder: join(folder, 'tuned') } as const; // prettier-ignore
    const plan = planTrainings({ table }, { ...cross, tuned });
    expect(plan.map(({ fold, options }) => [fold.name, options])).toEqual([['sentence 1', { width: 0 }], ['sentence 2', { width: 0.5 }]]); // prettier-ignore
    await runTraining(plan[1], { table }, { ...cross, tuned });
    expect(findTraining(plan[1], { table }, { ...cross, tuned })).toBeDefined();
    expect(findTraining({ ...plan[1], options: { width: 0.4 } }, { table }, cross)).toBeUndefined();
    expect(findTraining({ ...plan[1], options: undefined }, { table }, cross)).toBeUndefined();
    expect(findTraining({ ...plan[1], options: undefined }, { table }, { ...cross, train: { width: 0.5 } })).toBeDefined(); // prettier-ignore
  });

  test.each([
    ['another protocol', { protocol: getProtocol('loso') }, /tuned for --protocol statement, not for loso/],
    ['another kind of model', { model: 'pair' }, /tuned for --model pooled, not for pair/],
    ['another classifier', { classifier: 'svm' }, /tuned for --classifier planted, not for svm/],
    ['other test clips', { table: selectRows(table, ({ speaker }) => speaker !== '01') }, /are others than when its options were tuned/],
  ])('are refused for %s', (_what, other, message) => {
    expect(() => tunedOptions(tuning, { ...asked, ...other })).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) })); // prettier-ignore
  }); // prettier-ignore

  test('are refused if a fold was left out', () => {
    const part = { ...tuning, folds: tuning.folds.slice(0, 1) };
    expect(() => tunedOptions(part, asked)).toThrow(/No options were tuned for "sentence 2" of statement/);
  });
});
