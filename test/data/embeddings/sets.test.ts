import { describe, expect, test } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { voiceFinder } from '../../../src/data/embeddings/findVoice.ts';
import { GIVEN_STAGES } from '../../../src/data/embeddings/layers.ts';
import { LAYERS } from '../../../src/data/embeddings/moonshine/layers.ts';
import {
  ENCODER_MODELS,
  FEATURE_SET_NAMES,
  featureSet,
  moonshine,
  speechEncoder,
} from '../../../src/data/embeddings/load.ts';
import { shippedEncoders } from '../../../src/data/embeddings/sets.ts';
import { speechDetector } from '../../../src/data/speech/load.ts';
import { FEATURE_SETS, librosa186, logMelFrames, meyda } from '../../../src/features/index.ts';
import { binDeviations, binMeans } from '../../../src/features/spectral/statistics.ts';

const signal = await loadAudio('data/demo/female.wav');
const findVoice = voiceFinder(speechDetector);

test('the sets that need nothing but the signal are among all sets', () => {
  expect(FEATURE_SET_NAMES).toEqual([
    ...FEATURE_SETS.map(({ name }) => name),
    'log-mel-functionals',
    'speech-embedding-stage2',
    'speech-embedding',
    'speech-embedding-stage4',
    'speech-embedding-stage5',
    'speech-embedding-functionals',
    'voice-mel',
    'voice-log-mel',
    'voice-log-mel-functionals',
    'voice',
    'voice-functionals',
    'moonshine-layer1',
    'moonshine-layer2',
    'moonshine',
    'moonshine-functionals',
  ]);
  expect(featureSet('librosa186')).toBe(librosa186);
});

test.each([
  ['speech-embedding-stage2', 'stage2', 50],
  ['speech-embedding', 'stage3', 25],
  ['speech-embedding-stage4', 'stage4', 25],
  ['speech-embedding-stage5', 'stage5', 12.5],
] as const)('%s is the frames of %s, %d a second', async (name, stage, frameRate) => {
  const set = featureSet(name);
  const { bands, channels } = GIVEN_STAGES.find((one) => one.name === stage)!;
  expect(set).toMatchObject({ name, level: 'frames', frameRate });
  expect(set.names).toHaveLength(bands * channels);
  expect([set.names[0], set.names.at(-1)]).toEqual([`${stage}_0_0`, `${stage}_${bands - 1}_${channels - 1}`]);
  const values = await set.extract(signal);
  expect(values).toEqual((await (await speechEncoder()).encode(signal))[stage].data);
  const seconds = values.length / set.names.length / frameRate;
  expect(Math.abs(seconds - signal.length / 16_000)).toBeLessThan(0.5);
});

test('log-mel-functionals is mean and population deviation over time of each band, and stands for log-mel in joined sets', async () => {
  const set = featureSet('log-mel-functionals');
  const frames = { data: logMelFrames.extract(signal), frames: 1 + Math.floor(signal.length / 160), bins: 80 };
  const means = binMeans(frames);
  expect(set.level).toBe('functionals');
  expect([set.names.length, set.names[0], set.names[159]]).toEqual([160, 'mel0_mean', 'mel79_std']);
  expect(await set.extract(signal)).toEqual(Float64Array.of(...means, ...binDeviations(frames, means)));
  const joined = featureSet('librosa186+log-mel');
  expect(joined.names).toEqual([...librosa186.names, ...set.names]);
});

test('speech-embedding-functionals is mean and population deviation over time of stages 2 to 4', async () => {
  const set = featureSet('speech-embedding-functionals');
  const stages = await (await speechEncoder()).encode(signal);
  const expected = (['stage2', 'stage3', 'stage4'] as const).flatMap((stage) => {
    const means = binMeans(stages[stage]);
    return [...means, ...binDeviations(stages[stage], means)];
  });
  expect(set.level).toBe('functionals');
  expect(Array.from(await set.extract(signal))).toEqual(expected);
  expect(set.names).toHaveLength(2 * (384 + 288 + 192));
  expect(new Set(set.names).size).toBe(set.names.length);
  expect(set.names.slice(383, 385)).toEqual(['stage2_7_47_mean', 'stage2_0_0_std']);
});

test('moonshine is the frames of the third layer of the voice, moonshine-functionals mean and population deviation over time of all three', async () => {
  const [frames, functionals] = ['moonshine', 'moonshine-functionals'].map(featureSet);
  const layers = await (await moonshine()).encode(await findVoice(signal));
  expect(frames).toMatchObject({ level: 'frames', frameRate: 16_000 / 384 });
  expect(frames.names).toEqual(Array.from({ length: 288 }, (_, i) => `layer3_${i}`));
  expect(await frames.extract(signal)).toEqual(layers.layer3.data);
  expect(await featureSet('moonshine-layer1').extract(signal)).toEqual(layers.layer1.data);
  const expected = LAYERS.flatMap((layer) => {
    const own = layers[`layer${layer}`];
    const means = binMeans(own);
    return [...means, ...binDeviations(own, means)];
  });
  expect(Array.from(await functionals.extract(signal))).toEqual(expected);
  expect(functionals.names).toHaveLength(3 * 2 * 288);
  expect(functionals.names.slice(287, 289)).toEqual(['layer1_287_mean', 'layer1_0_std']);
});

test('the features of Moonshine do not depend on the level, nor on silence around the voice', async () => {
  const { extract } = featureSet('moonshine-functionals');
  const whole = await extract(signal);
  const quiet = await extract(signal.map((sample) => sample / 8));
  const padded = new Float32Array(signal.length + 2 * 16_000);
  padded.set(signal, 16_000);
  for (const other of [quiet, await extract(padded)]) {
    expect(Math.max(...whole.map((value, i) => Math.abs(value - other[i])))).toBeLessThan(1e-3);
  }
});

describe('sets joined by +', () => {
  test('are a set of their own: the functionals of each, one after the other', async () => {
    const joined = featureSet('librosa186+speech-embedding');
    const functionals = featureSet('speech-embedding-functionals');
    expect(joined).toMatchObject({ name: 'librosa186+speech-embedding', level: 'functionals' });
    expect(joined.names).toEqual([...librosa186.names, ...functionals.names]);
    const values = await joined.extract(signal);
    expect(Array.from(values)).toEqual([...librosa186.extract(signal), ...(await functionals.extract(signal))]);
  });

  test('keep names apart that several of them have', () => {
    const { names } = featureSet('librosa186+meyda');
    expect(new Set(names).size).toBe(librosa186.names.length + meyda.names.length);
    expect(names.filter((name) => name.includes('mfcc0_mean'))).toEqual(['mfcc0_mean', 'meyda_mfcc0_mean']);
  });

  test.each([
    ['librosa187', /no feature set "librosa187": choose one of librosa186, .* joined by "\+"/],
    ['librosa186+', /no feature set ""/],
    ['librosa186+librosa186', /contains librosa186 twice/],
    ['speech-embedding+speech-embedding-functionals', /contains speech-embedding-functionals twice/],
  ])('are refused in words as %s', (name, message) => {
    expect(() => featureSet(name)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) })); // prettier-ignore
  });
});

test('the models lie in this package', () => {
  expect(ENCODER_MODELS['speech-embedding']).toMatch(/models\/speech-embedding\/embedding\.onnx$/);
  expect(ENCODER_MODELS.moonshine).toMatch(/models\/moonshine\/encoder\.onnx$/);
});

test.each([
  ['speech-embedding', ['speech-embedding']],
  ['librosa186+speech-embedding-functionals', ['speech-embedding']],
  ['onnx:any.onnx#6-functionals+speech-embedding', ['speech-embedding']],
  ['moonshine-functionals', ['moonshine']],
  ['moonshine-functionals+voice-mel,moonshine', ['speech-embedding', 'moonshine']],
  ['librosa186', []],
  ['onnx:any.onnx', []],
])('%s comes from the encoders %j that ship', (name, expected) => {
  expect(shippedEncoders(name)).toEqual(expected);
});

test('a buffer that is filled anew has new features: nothing of what was in it is left', async () => {
  const { extract } = featureSet('moonshine-functionals');
  const [first, second] = ['female', 'male'].map((name) => loadAudio(`data/demo/${name}.wav`));
  const buffer = (await first).slice(0, 16_000);
  const before = await extract(buffer);
  const other = (await second).slice(0, 16_000);
  buffer.set(other);
  const after = await extract(buffer);
  expect(after).not.toEqual(before);
  expect(after).toEqual(await extract(other));
});
