import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, describe, expect, test } from 'vitest';
import { CLASSIFIERS, getClassifier } from '../../../src/train/classifiers/classifiers.ts';
import { completeOptions, optionsOf } from '../../../src/train/classifiers/options.ts';
import { drawCandidates } from '../../../src/train/tune/candidates.ts';
import { costOf, rungsOf, withinBudget } from '../../../src/train/tune/halving.ts';
import { defaultSpace, ownOptions, readSpace } from '../../../src/train/tune/space.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-space-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [svm, boosting, tcn, stack] = ['svm', 'boosting', 'tcn', 'stack'].map((name) => getClassifier(name));

describe('the space', () => {
  test.each(CLASSIFIERS.map((classifier) => [classifier.name, classifier] as const))('that %s declares is of values that its options take', (_name, classifier) => {
    expect(defaultSpace(classifier).size).toBeGreaterThan(0);
    for (const [, { search, schema }] of optionsOf(classifier)) {
      if (!search) continue;
      const values = 'choices' in search ? search.choices : [search.low, search.high];
      for (const value of values) expect(v.is(schema, value)).toBe(true);
    }
    const candidates = drawCandidates(classifier, {}, defaultSpace(classifier), { trials: 6, seed: 1 });
    expect(candidates).toHaveLength(6);
    for (const one of candidates) completeOptions(classifier, ownOptions(classifier, one));
  }); // prettier-ignore

  test('is read from a line: ranges, logarithmic ones, choices, lists', () => {
    expect(Object.fromEntries(readSpace('C=log:.3:30, gamma=1e-4:1e-2,class-weight=none|balanced', svm))).toEqual({
      C: { low: 0.3, high: 30, scale: 'log' },
      gamma: { low: 1e-4, high: 1e-2, scale: 'linear' },
      classWeight: { choices: ['none', 'balanced'] },
    });
    const space = readSpace('dilations=1|1/2|1/2/4,width=linear:32:64', tcn);
    expect(space.get('dilations')).toEqual({ choices: [[1], [1, 2], [1, 2, 4]] });
    expect(space.get('width')).toEqual({ low: 32, high: 64, scale: 'linear' });
    expect(readSpace('members=svm,forest|svm:C=10,boosting:tree-depth=3,combine=mean|regression', stack).get('members')).toEqual({ choices: ['svm,forest', 'svm:C=10,boosting:tree-depth=3'] }); // prettier-ignore
  });

  test('is read from a file, in the form in which classifiers declare it', () => {
    const path = join(folder, 'space.json');
    writeFileSync(path, JSON.stringify({ C: { low: 1, high: 9, scale: 'log' }, 'class-weight': { choices: ['none', 'balanced'] } })); // prettier-ignore
    expect([...readSpace(path, svm).keys()]).toEqual(['C', 'classWeight']);
    writeFileSync(path, '{ "C": { "low": 1 } }');
    expect(() => readSpace(path, svm)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringMatching(/space\.json, `C`/) })); // prettier-ignore
  });

  test('leaves out what is given', () => {
    expect([...defaultSpace(svm, { C: 10 }).keys()]).toEqual(['gamma']);
    expect(() => defaultSpace(svm, { C: 10, gamma: 'scale' })).toThrow(/no option left to search/);
  });

  test.each([
    ['epochs=1:9', /^--space, epochs: the classifier svm has no such option; it has C, gamma, class-weight\.$/],
    ['C=9:3', /the range from 9 to 3 is empty/],
    ['C=3:3', /the range from 3 to 3 is empty/],
    ['C=log:0:3', /a logarithmic range begins above 0, not at 0/],
    ['C=0:3', /0 is no value of it \(must be above 0\)/],
    ['class-weight=none|all', /"all" is no value of it/],
    ['class-weight=none|none', /nothing to choose from/],
    ['C=3', /"3" is no range: write LOW:HIGH, log:LOW:HIGH or A\|B\|C/],
    ['C=lin:1:3', /is no range/],
    ['C', /"C" names no range/],
    ['C=1:2,C=1:3', /it is there twice/],
    ['gamma=1:2', /it is searched, and also given as scale/],
    [join(folder, 'none.json'), /cannot be read/],
  ])('%s is refused', (text, message) => {
    expect(() => readSpace(text, svm, { gamma: 'scale' })).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }),
    );
  });

  test("of a stack contains its members' options, whose values become part of --members", () => {
    const given = { members: 'svm:gamma=0.01:C=2,boosting' };
    expect([...defaultSpace(stack, given).keys()]).toEqual(expect.arrayContaining(['combine', 'svm.C', 'boosting.treeDepth'])); // prettier-ignore
    const own = ownOptions(stack, { ...given, combine: 'mean', 'svm.C': 5, 'boosting.treeDepth': 3 });
    expect(own).toEqual({ members: 'svm:gamma=0.01:C=5,boosting:tree-depth=3', combine: 'mean' });
    expect(ownOptions(stack, { 'svm.C': 5 })).toEqual({ members: 'svm:C=5,forest,boosting' });
    expect(() => readSpace('forest.trees=1:9', stack, given)).toThrow(/has no such option/);
  });
});

describe('candidates', () => {
  const space = readSpace('shrinkage=log:.01:1,tree-depth=2:5,row-share=.5:1', boosting);
  const draw = (trials: number, seed: number) => drawCandidates(boosting, {}, space, { trials, seed });

  test('are the same with the same seed, and more of them begin with the same ones', () => {
    expect(draw(10, 7)).toEqual(draw(10, 7));
    expect(draw(20, 7).slice(0, 10)).toEqual(draw(10, 7));
    expect(draw(10, 8).slice(1)).not.toEqual(draw(10, 7).slice(1));
    expect(draw(10, 7)[0]).toEqual({});
  });

  test('lie in their ranges, on the scale of each; whole numbers are drawn equally often', () => {
    const drawn = draw(401, 1).slice(1) as { shrinkage: number; treeDepth: number; rowShare: number }[];
    const [shrinkage, depth, share] = (['shrinkage', 'treeDepth', 'rowShare'] as const).map((name) => drawn.map((one) => one[name])); // prettier-ignore
    const within = (values: number[], low: number, high: number) => values.every((value) => value >= low && value <= high); // prettier-ignore
    expect(within(shrinkage, 0.01, 1) && within(share, 0.5, 1)).toBe(true);
    // Half of them below the geometric middle, and below the middle.
    expect(shrinkage.filter((value) => value < 0.1).length / 400).toBeCloseTo(0.5, 1);
    expect(share.filter((value) => value < 0.75).length / 400).toBeCloseTo(0.5, 1);
    for (const of of [2, 3, 4, 5]) expect(depth.filter((value) => value === of).length / 400).toBeCloseTo(0.25, 1);
    expect(new Set(depth)).toEqual(new Set([2, 3, 4, 5]));
  });

  test('are no more than there are, each once', () => {
    const few = readSpace('class-weight=none|balanced', svm);
    expect(drawCandidates(svm, {}, few, { trials: 9, seed: 1 })).toEqual([{}, { classWeight: 'balanced' }]);
  });
});

describe('successive halving', () => {
  test('gives a ninth to all, a third to the best third, all to the best of these, and spends less than the full budget', () => {
    expect(rungsOf(27)).toEqual([{ candidates: 27, share: 1 / 9 }, { candidates: 9, share: 1 / 3 }, { candidates: 3, share: 1 }]); // prettier-ignore
    expect(rungsOf(5).map(({ candidates }) => candidates)).toEqual([5, 2]);
    expect(rungsOf(2)).toEqual([{ candidates: 2, share: 1 }]);
    for (let candidates = 3; candidates < 200; candidates++) {
      const cost = rungsOf(candidates).map(costOf).reduce((a, b) => a + b); // prettier-ignore
      expect(cost).toBeLessThan(candidates);
      if (candidates >= 9) expect(cost).toBeLessThan(0.55 * candidates);
      expect(rungsOf(candidates).at(-1)!.share).toBe(1);
    }
  });

  test('cuts the epochs of a classifier that has some, else the clips', () => {
    expect(withinBudget(tcn, { width: 8 }, 1 / 9)).toEqual({ options: { width: 8, epochs: 2 }, clips: 1 });
    expect(withinBudget(tcn, { epochs: 3 }, 1 / 9)).toEqual({ options: { epochs: 1 }, clips: 1 });
    expect(withinBudget(svm, { C: 2 }, 1 / 3)).toEqual({ options: { C: 2 }, clips: 1 / 3 });
    expect(withinBudget(tcn, { epochs: 3 }, 1)).toEqual({ options: { epochs: 3 }, clips: 1 });
  });
});
