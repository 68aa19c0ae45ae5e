import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Classifier, Samples } from '../../../../src/train/classifiers/classifier.ts';
import { CLASSIFIERS, getClassifier } from '../../../../src/train/classifiers/classifiers.ts';
import { completeOptions } from '../../../../src/train/classifiers/options.ts';
import { calibrated, combine } from '../../../../src/train/classifiers/stack/combine.ts';
import { parseMembers } from '../../../../src/train/classifiers/stack/members.ts';
import type { StackNotes } from '../../../../src/train/classifiers/stack/stack.ts';
import { createRandom } from '../../../../src/random.ts';
import { fitVectors, reopened, samplesOf } from '../vectorModels.ts';

const SMALL = 'svm,forest:trees=20';

/** Rows of six speakers whose three classes overlap. */
function speakers(seed: string, rows = 180): Samples {
  const random = createRandom(seed);
  const y = Array.from({ length: rows }, (_, row) => row % 3);
  const x = y.map((of) => Array.from({ length: 4 }, (_, i) => 1.5 * Number(i === of) + random.normal()));
  return { ...samplesOf(x, y), groups: Uint32Array.from(y, (_, row) => row % 6) };
}
const [train, validation, asked] = ['learnt', 'held', 'asked'].map((seed) => speakers(seed));
const notesOf = ({ notes }: { notes: unknown }) => notes as StackNotes;

function lossOf(p: Float32Array, y: Uint8Array): number {
  return y.reduce((sum, of, row) => sum - Math.log(p[3 * row + of]), 0) / y.length;
}

describe('the mean of the members', () => {
  test('is that of their calibrated probabilities, or of the logarithms of these', async () => {
    const fit = await fitVectors('stack', train, { members: SMALL }, { validation });
    const notes = notesOf(fit);
    const members = [await fitVectors('svm', train), await fitVectors('forest', train, { trees: 20 })];
    const own = members.map(({ model }, i) => calibrated(model.predictProba(asked.x), 3, notes.members[i].temperature));
    const expected = own[0].flatMap((_, row) =>
      combine(
        own.map((member) => member[row]),
        notes.combination,
      ),
    );
    expect(['probability', 'logarithm']).toContain(notes.combination.kind);
    expect(Array.from(fit.model.predictProba(asked.x))).toEqual(expected.map(Math.fround));
  });

  test('has temperatures of the validation rows, which lower the loss on them', async () => {
    const plain = await fitVectors('stack', train, { members: SMALL });
    const fit = await fitVectors('stack', train, { members: SMALL }, { validation });
    expect(notesOf(plain).members.map(({ temperature }) => temperature)).toEqual([1, 1]);
    expect(notesOf(fit).members.every(({ temperature }) => temperature !== 1)).toBe(true);
    const [before, after] = [plain, fit].map(({ model }) => lossOf(model.predictProba(validation.x), validation.y));
    expect(after).toBeLessThan(before);
  });

  test('a validation row that weighs 2 is as two rows', async () => {
    const weights = validation.y.map((_, row) => row % 3);
    const repeated = Array.from(validation.y.keys()).flatMap((row) => new Array<number>(row % 3).fill(row));
    const twice = {
      x: Float32Array.from(repeated.flatMap((row) => Array.from(validation.x.subarray(4 * row, 4 * row + 4)))),
      y: Uint8Array.from(repeated, (row) => validation.y[row]),
    };
    const weighted = { ...validation, weights: Float32Array.from(weights) };
    const fits = [weighted, twice].map((held) => fitVectors('stack', train, { members: SMALL }, { validation: held }));
    const [a, b] = (await Promise.all(fits)).map((fit) => notesOf(fit).members.map(({ temperature }) => temperature));
    a.forEach((temperature, i) => expect(temperature).toBeCloseTo(b[i], 4));
  });
});

test('means of probabilities and of logarithms are known ones', () => {
  const rows = [[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]]; // prettier-ignore
  expect(combine(rows, { kind: 'probability' })[0]).toBeCloseTo(0.5, 12);
  const root = Math.sqrt(0.9 * 0.5);
  const other = Math.sqrt(0.1 * 0.5);
  expect(combine([[0.9, 0.1], [0.5, 0.5]], { kind: 'logarithm' })[0]).toBeCloseTo(root / (root + other), 12); // prettier-ignore
  // A member that excludes a class does not decide alone.
  const [of] = calibrated(Float32Array.of(0, 1), 2, 1);
  expect(of[0]).toBeGreaterThan(0);
});

describe('the regression', () => {
  const options = { members: SMALL, combine: 'regression', memberFolds: 3 };

  test('learns from speakers whom the members have not heard, and is no worse than the mean where one member is noise', async () => {
    const noisy = { members: 'svm,noise', memberFolds: 3 };
    const [mean, regression] = await Promise.all(
      ['mean', 'regression'].map((one) => fitVectors('stack', train, { ...noisy, combine: one }, { validation })),
    );
    expect(notesOf(regression)).toMatchObject({ combination: { kind: 'regression' }, penalty: expect.any(Number) });
    const [a, b] = [mean, regression].map(({ model }) => lossOf(model.predictProba(asked.x), asked.y));
    expect(b).toBeLessThan(a);
  });

  test('a refit keeps its weights and the temperatures, and trains the members again', async () => {
    const first = await fitVectors('stack', train, options, { validation });
    const refit = await fitVectors('stack', asked, options, { refitOf: first });
    const [a, b] = [notesOf(first), notesOf(refit)];
    expect(b.combination).toEqual(a.combination);
    expect(b.members.map(({ temperature }) => temperature)).toEqual(a.members.map(({ temperature }) => temperature));
    expect(refit.model.predictProba(asked.x)).not.toEqual(first.model.predictProba(asked.x));
  });

  test('needs two speakers', async () => {
    const alone = { ...train, groups: new Uint32Array(train.y.length) };
    for (const rows of [alone, { ...train, groups: undefined }]) {
      await expect(fitVectors('stack', rows, options, { validation })).rejects.toThrow(
        expect.objectContaining({ code: 'usage', message: expect.stringMatching(/two speakers or more/) }),
      );
    }
  });
});

describe('frames', () => {
  const random = createRandom('frames');
  const frames = Uint32Array.from({ length: 90 }, (_, row) => 3 + (row % 4));
  const y = Uint8Array.from(frames, (_, row) => row % 3);
  /** Only how much a value varies over time tells the class. */
  const x = Float32Array.from(
    Array.from(frames).flatMap((count, row) =>
      Array.from({ length: count * 2 }, (_, i) => (1 + 3 * y[row]) * (i % 4 < 2 ? 1 : -1) + 0.1 * random.normal()),
    ),
  );
  const shape = { level: 'frames' as const, features: 2, classes: 3 };
  const stack = () => getClassifier('stack') as Classifier<object, StackNotes>;
  const fit = () =>
    stack().fit(shape, { x, y, frames }, undefined, completeOptions(stack() as Classifier, { members: SMALL }), {
      seed: 1,
    });

  test('members that take vectors learn from mean and deviation over time', async () => {
    const { model } = await fit();
    const p = model.predictProba(x, frames);
    const right = y.filter((of, row) => p.subarray(3 * row, 3 * row + 3).indexOf(Math.max(...p.subarray(3 * row, 3 * row + 3))) === of); // prettier-ignore
    expect(right.length).toBeGreaterThan(80);
    const content = new Map(Array.from(await model.files(), ([name, part]) => [name, typeof part === 'string' ? new TextEncoder().encode(part) : Uint8Array.from(part)])); // prettier-ignore
    expect(stack().open({ dir: 'model', content }, shape).predictProba(x, frames)).toEqual(p);
    expect(() => stack().open({ dir: 'model', content }, { ...shape, features: 3 })).toThrow(
      /scaler is of 4 means and 4 scales instead of 6/,
    );
  });

  test('a member that takes frames is refused where there are vectors', async () => {
    await expect(fitVectors('stack', train, { members: 'svm,of-frames' })).rejects.toThrow(
      /of-frames takes a vector per frame, and there is one vector per clip/,
    );
  });
});

test('the files of all members give a model with exactly the same probabilities', async () => {
  for (const how of ['mean', 'regression']) {
    const fit = await fitVectors('stack', train, { members: SMALL, combine: how }, { validation });
    const { content, open } = await reopened('stack', fit, train);
    expect([...content.keys()].sort()).toEqual([
      '1-svm.json',
      '1-vectors.bin',
      '2-forest.bin',
      '2-forest.json',
      'stack.json',
    ]);
    expect(open().predictProba(asked.x)).toEqual(fit.model.predictProba(asked.x));
  }
});

describe('damaged files are refused', () => {
  const damages: [what: string, damage: (header: Record<string, unknown>) => object, message: RegExp][] = [
    ['one member', ({ members }) => ({ members: (members as object[]).slice(1) }), /`members` must name two members or more/],
    ['an unknown member', () => ({ members: [{ classifier: 'x', temperature: 1 }, { classifier: 'svm', temperature: 1 }] }), /there is no classifier "x"/],
    ['a temperature of 0', () => ({ members: [{ classifier: 'svm', temperature: 0 }, { classifier: 'svm', temperature: 1 }] }), /must be a number from 0.001 to 1000/],
    ['another combination', () => ({ combination: { kind: 'vote' } }), /combination\.kind/],
    ['too few weights', () => ({ combination: { kind: 'regression', weights: [1] } }), /it has 1 weights, but 2 members of 3 classes make 21/],
    ['a scaler without frames', () => ({ scaler: { mean: [1], scale: [1] } }), /its scaler is of 1 means and 1 scales instead of 0/],
  ]; // prettier-ignore
  test.each(damages)('%s', async (_, damage, message) => {
    const { content, open } = await reopened('stack', await fitVectors('stack', train, { members: SMALL }), train);
    const header = JSON.parse(new TextDecoder().decode(content.get('stack.json'))) as Record<string, unknown>;
    content.set('stack.json', new TextEncoder().encode(JSON.stringify({ ...header, ...damage(header) })));
    expect(open).toThrow(expect.objectContaining({ code: 'model', message: expect.stringMatching(message) }));
  });

  test('a file of a member that is missing is named with its member', async () => {
    const { content, open } = await reopened('stack', await fitVectors('stack', train, { members: SMALL }), train);
    content.delete('2-forest.bin');
    expect(open).toThrow(/member 2\/forest\.bin is missing/);
  });
});

test('progress covers all members, each with its name', async () => {
  const seen: string[] = [];
  await fitVectors('stack', train, { members: SMALL }, {
    onProgress: ({ done, total, text }) => seen.push(`${done}/${total} ${text}`),
  }); // prettier-ignore
  expect(seen).toContain('33/200 svm: pairs of classes');
  expect(seen.at(-1)).toBe('200/200 forest: trees');
});

test.each([
  ['svm', /two members or more/],
  ['svm,stack', /A stack has no member "stack"; there are cnn, svm, forest/],
  ['svm,forest:leaves=3', /The classifier forest has no option `leaves`/],
  ['svm:C=0,forest', /`C` must be above 0; it is 0/],
  ['svm:C,forest', /"C" is no option of a member of a stack: write name=value/],
])('members that make no sense are refused: %s', async (members, message) => {
  await expect(fitVectors('stack', train, { members })).rejects.toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }),
  );
});

test('a member takes a list with slashes', () => {
  const [{ options }] = parseMembers('tcn:dilations=1/3/9:width=8,svm', CLASSIFIERS);
  expect(options).toMatchObject({ dilations: [1, 3, 9], width: 8 });
  expect(parseMembers('svm,tcn:dilations=2', CLASSIFIERS)[1].options).toMatchObject({ dilations: [2] });
  expect(() => parseMembers('svm,tcn:dilations=1/0', CLASSIFIERS)).toThrow(/`dilations.1` must be 1 or more; it is 0/);
});

test('its card names the combination and describes every member', async () => {
  const options = completeOptions(getClassifier('stack'), {
    members: 'svm:class-weight=balanced,forest:trees=20:bootstrap=false',
  });
  const fit = await fitVectors('stack', train, { ...options }, { validation });
  const card = getClassifier('stack').describe(fit, options);
  expect(card).toMatch(
    /^A stack of 2 models, each calibrated by a temperature found on the validation clips \(\d\.\d\d, \d\.\d\d\)\./,
  );
  expect(card).toMatch(/\n- svm: A support vector machine.*with equal weights for all classes/);
  expect(card).toMatch(/\n- forest: A random forest .* of 20 trees.*All trees learn from 180 rows/);
});

/** Members for tests alone: one that knows nothing, one that takes frames. */
const others: Classifier[] = (['functionals', 'frames'] as const).map((level) => ({
  name: level === 'frames' ? 'of-frames' : 'noise',
  accepts: [level],
  augmentation: false,
  options: {},
  fit: async () => {
    const predictProba = (x: Float32Array) => {
      const random = createRandom('noise');
      const values = Array.from({ length: x.length / 4 }, () => [random.uniform(), random.uniform(), random.uniform()]);
      return Float32Array.from(values.flatMap((row) => row.map((value) => value / (row[0] + row[1] + row[2]))));
    };
    return { model: { predictProba, files: () => Promise.resolve(new Map()) }, notes: {} };
  },
  describe: () => 'Noise.',
  open: () => ({ parameters: 0, predictProba: () => new Float32Array() }),
}));
beforeAll(() => void CLASSIFIERS.push(...others));
afterAll(() => void CLASSIFIERS.splice(-others.length));
