import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fit, FitContext, FitProgress, Samples } from '../../../src/train/classifiers/classifier.ts';
import { completeOptions } from '../../../src/train/classifiers/options.ts';
import { cnn } from '../../../src/train/classifiers/cnn/cnn.ts';
import { loadEngine } from '../../../src/train/engine/engine.ts';
import type { Engine } from '../../../src/train/engine/engine.ts';
import type { NetworkNotes, NetworkOptions } from '../../../src/train/network/recipe.ts';
import { startPlateau, stepPlateau } from '../../../src/train/network/schedule.ts';
import { separable, SIZE } from '../synthetic.ts';

let engine: Engine;
const folder = mkdtempSync(join(tmpdir(), 'ser-fit-'));
beforeAll(async () => void (engine = await loadEngine({ threads: 1 })));
afterAll(() => rmSync(folder, { recursive: true }));

const shape = { level: 'functionals', features: SIZE, classes: 8 } as const;
const train = separable(240, 'train');
const validation = separable(80, 'validation');

type Options = Partial<NetworkOptions>;
type Context = FitContext<NetworkNotes>;

const fit = async (
  options: Options,
  context: Partial<Context> = {},
  held: Samples | undefined = validation,
  learnt: Samples = train,
) => {
  const all = completeOptions(cnn, { ...options }) as NetworkOptions;
  const { history, ...fitted } = await cnn.fit(shape, learnt, held, all, { seed: 1, ...context });
  return { ...fitted, history: history!, keptEpoch: fitted.notes.keptEpoch };
};

const test80 = separable(80, 'test');
const accuracy = ({ model }: Pick<Fit<unknown>, 'model'>): number => right(model, test80) / test80.y.length;
const right = (model: Fit<unknown>['model'], { x, y }: Samples): number => {
  const p = model.predictProba(x);
  return y.filter((label, row) => {
    const own = p.subarray(row * 8, row * 8 + 8);
    return own.indexOf(Math.max(...own)) === label;
  }).length;
};

test('it learns what can be learnt, and its probabilities sum to 1', async () => {
  const result = await fit({ epochs: 15, learningRate: 2e-3 });
  expect(accuracy(result)).toBeGreaterThan(0.95);
  const { history } = result;
  expect(history.map((epoch) => epoch.epoch)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  expect(history.at(-1)!.loss).toBeLessThan(history[0].loss / 2);
  expect(history.at(-1)!.validationAccuracy).toBeGreaterThan(0.9);
  const sums = Array.from(
    { length: 80 },
    (_, row) =>
    result.model.predictProba(test80.x).subarray(row * 8, row * 8 + 8).reduce((a, b) => a + b, 0), // prettier-ignore
  );
  sums.forEach((sum) => expect(sum).toBeCloseTo(1, 5));
});

test('the same seed gives the same model, another seed another', async () => {
  const run = async (seed: number) => {
    const { model, history } = await fit({ epochs: 3 }, { seed });
    const probabilities = Array.from(model.predictProba(test80.x));
    return { history, probabilities };
  };
  const [first, same, other] = [await run(1), await run(1), await run(2)];
  expect(same).toEqual(first);
  expect(other.probabilities).not.toEqual(first.probabilities);
});

test('nothing stays on the engine', async () => {
  await fit({ epochs: 1 });
  const before = engine.tf.memory().numTensors;
  await fit({ epochs: 2, keep: 'best' });
  expect(engine.tf.memory().numTensors).toBe(before);
});

describe('the learning rate', () => {
  test.each(['accuracy', 'loss'] as const)('halves when the validation %s gets no better', async (steerBy) => {
    const options = { epochs: 6, learningRate: 2e-3, patience: 1, steerBy };
    const { history } = await fit(options, {}, reversed(validation));
    let state = startPlateau(2e-3);
    for (const { learningRate, validationLoss, validationAccuracy } of history) {
      expect(learningRate).toBe(state.learningRate);
      state = stepPlateau(state, steerBy === 'loss' ? validationLoss! : 1 - validationAccuracy!, { patience: 1 });
    }
    expect(history.at(-1)!.learningRate).toBeLessThan(2e-3);
  });

  test('follows that of an earlier training up to the epoch that it kept', async () => {
    const first = await fit({ epochs: 4, learningRate: 2e-3, patience: 1, keep: 'best' }, {}, reversed(validation));
    const notes = { ...first.notes, keptEpoch: 3 };
    const again = await fit({ epochs: 9 }, { refitOf: { notes, history: first.history } });
    expect(again.history.map((epoch) => epoch.learningRate)).toEqual(
      first.history.slice(0, 3).map((epoch) => epoch.learningRate),
    );
    expect(again.keptEpoch).toBe(3);
  });
});

/** Labels that cannot be learnt: the loss on them soon rises. */
function reversed({ x, y }: Samples): Samples {
  return { x, y: y.toReversed() };
}

test('`keep: best` returns the weights of the epoch with the lowest validation loss', async () => {
  const options = { epochs: 4, learningRate: 2e-3, steerBy: 'loss' } as const;
  const best = await fit({ ...options, keep: 'best' }, {}, reversed(validation));
  const losses = best.history.map((epoch) => epoch.validationLoss!);
  expect(best.keptEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
  expect(best.keptEpoch).toBeLessThan(4);
  const shorter = await fit({ ...options, epochs: best.keptEpoch });
  expect(best.model.predictProba(test80.x)).toEqual(shorter.model.predictProba(test80.x));
});

describe('averaging', () => {
  test('returns the mean of the weights of all epochs, with later ones weighted more', async () => {
    // One epoch is its own average; of two the second one counts 10 / 11.
    const first = await weightsOf({ epochs: 1 });
    const [plain, averaged] = [await weightsOf({ epochs: 2, averaging: false }), await weightsOf({ epochs: 2 })];
    expect(await weightsOf({ epochs: 1, averaging: false })).toEqual(first);
    averaged.forEach((value, i) => expect(value).toBeCloseTo(first[i] / 11 + (plain[i] * 10) / 11, 6));
  });

  test('changes what is evaluated, not what is learnt', async () => {
    const [plain, averaged] = [await fit({ epochs: 3, averaging: false }), await fit({ epochs: 3 })];
    expect(averaged.history.map(({ loss }) => loss)).toEqual(plain.history.map(({ loss }) => loss));
    expect(averaged.history[2].validationLoss).not.toBe(plain.history[2].validationLoss);
    expect(averaged.history[2].validationAccuracy).toBeCloseTo(
      right(averaged.model, validation) / validation.y.length,
      6,
    );
  });

  async function weightsOf(options: Options): Promise<number[]> {
    const { model } = await fit({ patience: 9, ...options });
    const files = await model.files();
    return [...new Float32Array(new Uint8Array(files.get('weights.bin') as Uint8Array).buffer)];
  }
});

describe('interrupted', () => {
  /** Stops after `epochs` epochs, in the middle of the next one. */
  async function interrupt(checkpoint: string, options: Options, epochs: number): Promise<void> {
    const stop = new AbortController();
    const onProgress = ({ done }: FitProgress) => void (done === epochs && setTimeout(() => stop.abort(), 5));
    await expect(fit(options, { checkpoint, signal: stop.signal, onProgress })).rejects.toThrow(/abort/);
  }

  test.each(['last', 'best'] as const)('it goes on to the same result (keep: %s)', async (keep) => {
    const options: Options = { epochs: 8, learningRate: 2e-3, patience: 1, keep };
    const whole = await fit(options);
    const checkpoint = join(folder, keep);
    await interrupt(checkpoint, options, 3);
    const seen: number[] = [];
    const resumed = await fit(options, { checkpoint, resume: true, onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.keptEpoch).toBe(whole.keptEpoch);
    expect(resumed.model.predictProba(test80.x)).toEqual(whole.model.predictProba(test80.x));

    // Once done, going on changes nothing.
    const again = await fit(options, { checkpoint, resume: true });
    expect(again.model.predictProba(test80.x)).toEqual(whole.model.predictProba(test80.x));
  });

  test('it does not go on with other options or data, or from a damaged file', async () => {
    const checkpoint = join(folder, 'refused');
    await interrupt(checkpoint, { epochs: 4 }, 2);
    await expect(fit({ epochs: 4 }, { seed: 2, checkpoint, resume: true })).rejects.toThrow(/other data, options/);
    await expect(fit({ epochs: 4 }, { checkpoint, resume: true }, test80)).rejects.toThrow(/other data, options/);
    const bytes = readFileSync(checkpoint);
    writeFileSync(checkpoint, bytes.subarray(0, -100));
    await expect(fit({ epochs: 4 }, { checkpoint, resume: true })).rejects.toThrow(/damaged/);
    writeFileSync(checkpoint, bytes.subarray(0, 20));
    await expect(fit({ epochs: 4 }, { checkpoint, resume: true })).rejects.toThrow(/damaged/);
  });

  test('without --resume it begins again', async () => {
    const checkpoint = join(folder, 'again');
    await interrupt(checkpoint, { epochs: 4 }, 2);
    const seen: number[] = [];
    await fit({ epochs: 3 }, { checkpoint, onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([1, 2, 3]);
    expect(existsSync(`${checkpoint}.partial`)).toBe(false);
  });
});

test('rows count by their weights', async () => {
  const weighted = (weight: (label: number) => number) => ({ ...train, weights: Float32Array.from(train.y, weight) });
  const options = { epochs: 3, learningRate: 2e-3 };
  const plain = await fit(options);
  expect(
    (
      await fit(
        options,
        {},
        validation,
        weighted(() => 2),
      )
    ).history,
  ).toEqual(plain.history);
  // Only rows of class 3 count: they are all that is learnt.
  const { model } = await fit(options, {}, validation, weighted((label) => Number(label === 3))); // prettier-ignore
  const p = model.predictProba(test80.x);
  test80.y.forEach((_, row) => expect(p[8 * row + 3]).toBeGreaterThan(0.5));
});

test.each<[string, Options, Partial<Samples>, RegExp]>([
  ['no epochs', { epochs: 0 }, {}, /`epochs` must be 1 or more; it is 0/],
  ['half a batch', { batchSize: 1.5 }, {}, /`batchSize` must be a whole number; it is 1.5/],
  ['a learning rate of 0', { learningRate: 0 }, {}, /`learningRate` must be above 0; it is 0/],
  [
    'labels without rows',
    {},
    { y: Uint8Array.of(1, 2, 3) },
    /3 training labels need 3 rows of 16 features; there are 3840 values/,
  ],
  ['a label outside the classes', {}, { y: new Uint8Array(240).fill(8) }, /label is 8, but there are 8 classes/],
  ['NaN', {}, { x: train.x.with(17, NaN) }, /training row 2, feature 2 is NaN/],
])('%s is refused', async (_, options, change, message) => {
  await expect(fit(options, {}, validation, { ...train, ...change })).rejects.toThrow(message);
});

test('the best epoch cannot be kept without validation rows', async () => {
  const options = completeOptions(cnn, { keep: 'best' }) as NetworkOptions;
  await expect(cnn.fit(shape, train, undefined, options, { seed: 1 })).rejects.toThrow(/without validation/);
});

test('an option that it does not have is refused, with those that it has', () => {
  expect(() => completeOptions(cnn, { epoch: 3 })).toThrow(/cnn has no option `epoch`; it has epochs, batchSize/);
});
