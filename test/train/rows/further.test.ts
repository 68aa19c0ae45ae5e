import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Part } from '../../../src/data/clip.ts';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import type { FeatureTable, TableRow } from '../../../src/data/tables/table.ts';
import { createRandom } from '../../../src/random.ts';
import { loadBundle, readModelFolder } from '../../../src/train/bundle/bundle.ts';
import { getClassifier } from '../../../src/train/classifiers/classifiers.ts';
import { furtherClips, furtherSamples } from '../../../src/train/rows/further.ts';
import { trainFold } from '../../../src/train/trainFold.ts';
import { trainModel } from '../../../src/train/trainModel.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-further-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES = ['a', 'b', 'c'];
const MEANS: Record<string, number[]> = { happy: [2, 0, 0], sad: [0, 2, 0], calm: [0, 0, 2], neutral: [1, 0, 1] };

/** Clips of two frames around a mean of their emotion. */
function framesOf(corpus: string, emotions: readonly string[], speakers: readonly string[], shift = 0): FeatureTable {
  const random = createRandom(corpus);
  const clips = speakers.flatMap((speaker) =>
    emotions.flatMap((emotion) =>
      [1, 2, 3, 4].map((take): TableRow => {
        const id = `${corpus}-${speaker}-${emotion}-${take}`;
        return { id, corpus, emotion, speaker, gender: 'female', recording: id, sentence: null, channel: 'speech', copy: 0 }; // prettier-ignore
      }),
    ),
  );
  const values = clips.flatMap(({ emotion }) => [0, 1].flatMap(() => MEANS[emotion].map((mean) => mean + shift + 0.3 * random.normal()))); // prettier-ignore
  return {
    featureSet: 'made-up',
    names: NAMES,
    labels: [...emotions],
    clips,
    values: Float32Array.from(values),
    frames: new Uint32Array(clips.length).fill(2),
  };
}

const own = framesOf('own', ['happy', 'sad', 'calm'], ['s1', 's2', 's3', 's4']);
const other = framesOf('other', ['happy', 'sad'], ['t1', 't2', 't3']);
const protocol = getProtocol('loso');
const [fold] = protocol.folds(own.clips);
const tcn = getClassifier('tcn');
const options = { epochs: 4, width: 8, pooled: 8, attention: 4, dense: 8, dilations: [1], refit: false };

test('a clip is an example against all other emotions, but not against one that its corpus lacks and might have meant', () => {
  const own = framesOf('own', ['neutral', 'sad', 'calm'], ['s1']);
  const other = framesOf('other', ['neutral', 'sad'], ['t1']);
  const [neutral, sad] = ['neutral', 'sad'].map((emotion) => other.clips.find((clip) => clip.emotion === emotion)!);
  const all = { ...own, clips: [...own.clips, ...other.clips] };
  const { weights, classes } = furtherSamples(all, ['neutral', 'sad', 'calm'], [{ table: other, weight: 0.5 }]);
  const rows = [own.clips[0], neutral, sad].map((clip) => all.clips.indexOf(clip));
  expect(rows.map((row) => weights![row])).toEqual([1, 0.5, 0.5]);
  expect(rows.map((row) => [...classes!.subarray(3 * row, 3 * row + 3)])).toEqual([[1, 1, 1], [1, 1, 0], [1, 1, 1]]); // prettier-ignore
});

test('further corpora are trained on, and counted in the data of the model', async () => {
  const alone = await trainFold({ table: own, protocol, fold, classifier: tcn }, options);
  const more = await trainFold({ table: own, protocol, fold, classifier: tcn, also: [{ table: other, weight: 1 }] }, options); // prettier-ignore
  expect(more.data.clips).toBe(alone.data.clips + other.clips.length);
  expect(more.data.sha256).not.toBe(alone.data.sha256);
  expect(more.validation.rows.map(({ id }) => id)).toEqual(alone.validation.rows.map(({ id }) => id));
});

test('a further corpus with a test speaker is refused', async () => {
  const leaking = framesOf('other', ['happy', 'sad'], [fold.test[0].speaker]);
  const also = [{ table: leaking, weight: 1 }];
  await expect(trainFold({ table: own, protocol, fold, classifier: tcn, also }, options)).rejects.toThrow(/leaks/);
});

test('a training that starts from a model takes its scaler, and one of other features or kind is refused', async () => {
  const shifted = framesOf('base', ['happy', 'sad'], ['b1', 'b2', 'b3'], 5);
  const out = join(folder, 'base');
  const command = 'npm run train';
  await trainModel({ gender: 'combined', table: shifted, protocol: 'loso', fold: 'speaker b1', classifier: 'tcn', out, command }, options); // prettier-ignore
  const features = { name: 'made-up', names: NAMES };
  const start = readModelFolder(out, features);
  expect(start.bundle.scaler).toEqual(loadBundle(out, features).bundle.scaler);
  const trained = await trainFold({ table: own, protocol, fold, classifier: tcn, start }, options);
  expect(trained.scaler).toEqual(start.bundle.scaler);
  const renamed = { ...own, names: ['a', 'b', 'd'] };
  await expect(trainFold({ table: renamed, protocol, fold, classifier: tcn, start }, options)).rejects.toThrow(/takes made-up features/); // prettier-ignore
  const vectors = { ...own, frames: undefined, values: own.values.subarray(0, own.clips.length * 3) };
  await expect(trainFold({ table: vectors, protocol, fold, classifier: getClassifier('svm'), start }, {})).rejects.toThrow(/svm cannot start from/); // prettier-ignore
});

test('a model of one gender can learn from the other too: its clips count in training, and are neither validated nor tested', async () => {
  const men = framesOf('own', ['happy', 'sad', 'calm'], ['m1', 'm2', 'm3']);
  const both = {
    ...own,
    clips: [...own.clips, ...men.clips.map((clip) => ({ ...clip, gender: 'male' as const }))],
    values: Float32Array.from([...own.values, ...men.values]),
    frames: Uint32Array.from([...own.frames!, ...men.frames!]),
  };
  const train = (weight: number, name: string) =>
    trainModel({ gender: 'female', table: both, protocol: 'loso', fold: 'speaker s1', classifier: 'tcn', out: join(folder, name), command: 'npm run train', otherGenderWeight: weight }, options); // prettier-ignore
  const [alone, more] = [await train(0, 'alone'), await train(0.3, 'more')];
  expect(more.data.clips).toBe(alone.data.clips + men.clips.length);
  expect(more.data.clipsSha256).toBe(alone.data.clipsSha256);
  expect(more.validation.n).toBe(alone.validation.n);
  expect(more.options.otherGenderWeight).toBe(0.3);
  expect(more.files).not.toEqual(alone.files);
});

test('for a model of one gender, clips of the other weigh less in other corpora too, and those of unknown gender in full', () => {
  const clips = other.clips.map((clip, i) => ({ ...clip, gender: ([null, 'male', 'female'] as const)[i % 3] }));
  const also = [{ table: { ...other, clips }, weight: 0.5 }];
  const weights = (part: Part, otherWeight?: number): (number | undefined)[] => {
    const further = furtherClips({ table: own, also }, part, [], otherWeight);
    return clips.slice(0, 3).map(({ id }) => further.find(({ table }) => table.clips.some((one) => one.id === id))?.weight); // prettier-ignore
  };
  expect(weights('female', 0.2)).toEqual([0.5, 0.1, 0.5]);
  expect(weights('female')).toEqual([0.5, undefined, 0.5]);
  expect(weights('combined')).toEqual([0.5, 0.5, 0.5]);
});
