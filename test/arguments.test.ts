import { describe, expect, test } from 'vitest';
import * as browser from '../src/browser.ts';
import { SerError } from '../src/error.ts';
import * as library from '../src/index.ts';
import * as training from '../src/train.ts';

/** The value or the error of a call, of a stream its first part. */
async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    const result = await call();
    const isStream = typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
    return isStream ? await (result as AsyncGenerator).next() : result;
  } catch (error) {
    return error;
  }
}

const WRONG = { undefined: undefined, null: null, number: 5, 'empty text': '', list: [7], function: () => 0 };
/** These have defaults for all that they take. */
const NEEDS_NOTHING = /^loadEmotionModels/;

const functions = Object.entries({ ...library, ...training }).flatMap(([name, value]) =>
  typeof value === 'function' && value !== SerError ? [[name, value as (...args: unknown[]) => unknown] as const] : [],
);
const ofBrowser = (['predict', 'loadEmotionModels', 'featureSet'] as const).map(
  (name) => [`${name} of browsers`, browser[name] as (...args: unknown[]) => unknown] as const,
);

describe.each([...functions, ...ofBrowser])('%s', (name, call) => {
  const wrong = Object.entries(WRONG).filter(([kind]) => kind !== 'undefined' || !NEEDS_NOTHING.test(name));
  test.each(wrong)('refuses a wrong argument in words: %s', async (_kind, value) => {
    const outcome = await outcomeOf(() => call(value));
    expect(outcome).toBeInstanceOf(SerError);
    expect((outcome as SerError).message).toMatch(/must be|there are|There is no|choose/);
  });
});

test.each([
  [{ model: 'reference' }, /The options of predict know no "model": there are models, windows, routing, gender\./],
  [{ routing: 'best' }, /options\.routing must be one of auto, hard, soft, pooled; it is "best"/],
  [{ gender: 'f' }, /options\.gender must be one of male, female; it is "f"/],
  [{ models: 7 }, /options\.models must be a family, a folder, or what loadEmotionModels gives; it is 7/],
  [{ models: 'nowhere' }, /neither a folder nowhere nor a family/],
])('predict says what is expected instead of %j', async (options, message) => {
  await expect(library.predict('data/demo/male.wav', options as object)).rejects.toThrow(message);
});

test('a signal that is none is refused as audio', async () => {
  const models = 'reference';
  await expect(library.predict(new Float32Array(0), { models })).rejects.toThrow(/The signal is empty/);
  await expect(library.predict(Float32Array.of(0, NaN), { models })).rejects.toThrow(/Sample 1 .* NaN/);
  const wrongRate = { samples: new Float32Array(100), sampleRate: -1 };
  await expect(library.predict(wrongRate, { models })).rejects.toThrow(/sampling rate of -1 Hz/);
});

test.each([
  ['stft', [new Float32Array(9000), { nFft: 1000 }]],
  ['mfcc', [{ data: new Float32Array(4), frames: 1, bins: 4 }, -1]],
  ['resample', [new Float32Array(4), 'a', 3]],
  ['encodeWav', [[0, 1], 0]],
  ['confusionMatrix', [['a'], ['a', 'b'], ['a', 'b']]],
  ['classificationReport', [['a'], ['a'], 'a']],
  ['evaluate', [{ protocol: 'loso', labels: ['a', 'b'], rows: [] }]],
  ['loadEmotionModels', [{ load: ['men'] }]],
  ['predictClips', [['data/demo/male.wav'], {}]],
] as const)('%s refuses %j', async (name, given) => {
  const call = library[name] as (...args: unknown[]) => unknown;
  expect(await outcomeOf(() => call(...given))).toBeInstanceOf(SerError);
});

test.each([
  ['selectRows', [{ clips: [], names: [], labels: [], values: new Float32Array(0) }, 'male']],
  ['trainModel', [{ out: 'somewhere', table: {} }, {}]],
  ['predictTestClips', ['reference', ['men'], {}, {}]],
  ['writeTable', ['table.parquet', {}]],
  ['dataTables', [['ravdess'], {}]],
] as const)('%s refuses %j', async (name, given) => {
  const call = training[name] as (...args: unknown[]) => unknown;
  expect(await outcomeOf(() => call(...given))).toBeInstanceOf(SerError);
});
