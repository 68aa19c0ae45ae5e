import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadAudio } from '../../../../src/data/audio/load.ts';
import { SerError } from '../../../../src/error.ts';
import { logMel } from '../../../../src/features/sets/logMel.ts';
import { ecapaGraph } from '../../../../src/train/gender/ecapa/ecapaGraph.ts';
import { checkEcapaWeights } from '../../../../src/train/gender/ecapa/ecapaWeights.ts';
import { headMargin } from '../../../../src/train/gender/head/voiceHead.ts';
import { readSafetensors, type Tensors } from '../../../../src/train/gender/ecapa/safetensors.ts';
import {
  expectedOfClips,
  expectedOfSynthetic,
  FULL_WIDTHS,
  randomWeights,
  syntheticSignal,
  tinyWeights,
} from '../../ecapaFixtures.ts';

const tiny = readSafetensors(readFileSync(tinyWeights));
const start = (tensors: Tensors): Promise<InferenceSession> =>
  InferenceSession.create(ecapaGraph(tensors).toBytes({}), { intraOpNumThreads: 1 });
const run = async (session: InferenceSession, frames: Float32Array, batch = 1): Promise<number[]> => {
  const logmel = new Tensor('float32', frames, [batch, frames.length / 80 / batch, 80]);
  return Array.from((await session.run({ logmel })).logits.data as Float32Array);
};
const near = (actual: number[], expected: number[], tolerance: number): void => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(Math.abs(actual[i] - value)).toBeLessThan(tolerance));
};

describe('the graph of the published layout', () => {
  let session: InferenceSession;
  beforeAll(async () => (session = await start(tiny)));

  test.each(Object.entries(expectedOfSynthetic))(
    '%s samples: the logits of the reference',
    async (samples, { logits }) => {
      near(await run(session, logMel(syntheticSignal(Number(samples))).data), logits, 1e-5);
    },
  );

  test('clips of a batch do not see each other', async () => {
    const [a, b] = [syntheticSignal(8050).subarray(50), syntheticSignal(16_050).subarray(8050)].map(
      (x) => logMel(x).data,
    );
    const together = await run(session, Float32Array.of(...a, ...b), 2);
    near(together, [...(await run(session, a)), ...(await run(session, b))], 1e-5);
  });

  test('one frame alone gives numbers', async () => {
    expect((await run(session, new Float32Array(80))).every(Number.isFinite)).toBe(true);
  });

  const corpora = process.env.SER_CORPORA;
  test.skipIf(!corpora).each(Object.entries(expectedOfClips))(
    '%s: the logits of torch (needs SER_CORPORA, a folder of corpora)',
    async (id, { samples, logits }) => {
      const emodb = /^emodb-(.*)/.exec(id)?.[1];
      const path = emodb ? `emodb/${emodb}.flac` : `ravdess/Actor_${id.slice(-2)}/${id}.flac`;
      const signal = await loadAudio(join(corpora!, path));
      expect(signal).toHaveLength(samples);
      near(await run(session, logMel(signal).data), logits, 1e-5);
    },
  );
});

test('a head adds half of its margin for women, as much against men, limited as it was trained', async () => {
  const head = {
    mean: Float32Array.of(1, -2),
    deviation: Float32Array.of(0.5, 2),
    weights: Float32Array.of(0.7, -0.3),
    bias: 0.25,
  };
  const frames = logMel(syntheticSignal(8000)).data;
  const [male, female] = await run(await start(tiny), frames);
  const session = await InferenceSession.create(ecapaGraph(tiny, { head }).toBytes({}));
  for (const vector of [
    [1, -2],
    [2, 3],
    [100, 3],
  ]) {
    const logmel = new Tensor('float32', frames, [1, frames.length / 80, 80]);
    const voice = new Tensor('float32', Float32Array.from(vector), [1, 2]);
    const { logits } = await session.run({ logmel, voice });
    const half = headMargin(head, Float32Array.from(vector)) / 2;
    near(Array.from(logits.data as Float32Array), [male - half, female + half], 1e-5);
  }
});

test('the full size is built and runs', async () => {
  const weights = randomWeights(FULL_WIDTHS);
  expect(checkEcapaWeights(weights)).toEqual(FULL_WIDTHS);
  const logits = await run(await start(weights), logMel(syntheticSignal(8000)).data);
  expect(logits).toHaveLength(2);
  expect(logits.every(Number.isFinite)).toBe(true);
});

test('widths need not be multiples of eight', async () => {
  const widths = { channels: 20, group: 2, squeeze: 3, mfa: 10, attention: 5, embedding: 4 };
  const weights = randomWeights(widths);
  expect(checkEcapaWeights(weights)).toEqual(widths);
  expect(await run(await start(weights), logMel(syntheticSignal(8000)).data)).toHaveLength(2);
});

describe('weights that do not fit are refused by name', () => {
  const message = (change: (tensors: Tensors) => void): string => {
    const tensors = { ...tiny };
    change(tensors);
    try {
      ecapaGraph(tensors, { origin: 'w.safetensors' });
    } catch (error) {
      expect(error).toBeInstanceOf(SerError);
      expect((error as SerError).code).toBe('model');
      return (error as SerError).message;
    }
    throw new Error('they were accepted');
  };
  const needed = Object.keys(tiny).filter((name) => !name.endsWith('num_batches_tracked'));

  test('each one that is missing', () => {
    for (const name of needed) {
      expect(message((tensors) => Reflect.deleteProperty(tensors, name))).toBe(
        `w.safetensors: not the weights of an ECAPA-TDNN gender model: tensor "${name}" is missing.`,
      );
    }
  });

  test('each one of another shape', () => {
    for (const name of needed) {
      const { shape, data } = tiny[name];
      expect(message((tensors) => (tensors[name] = { shape: [...shape, 1], data }))).toContain(`"${name}"`);
    }
  });

  test('a width that is not that of its neighbours', () => {
    const wide = { shape: [33, 80, 5], data: new Float32Array(33 * 80 * 5) };
    expect(message((tensors) => (tensors['conv1.weight'] = wide))).toMatch(
      /"conv1.bias" has shape \[32\] instead of \[33\]/,
    );
  });

  test('one too many', () => {
    expect(message((tensors) => (tensors['fc8.weight'] = tensors['fc7.bias']))).toContain(
      '"fc8.weight" belongs to no layer',
    );
    expect(message((tensors) => (tensors['fc7.num_batches_tracked'] = tensors['fc7.bias']))).toContain(
      '"fc7.num_batches',
    );
  });

  test('three classes', () => {
    const three = { shape: [3, 24], data: new Float32Array(72) };
    expect(message((tensors) => (tensors['fc7.weight'] = three))).toContain(
      '"fc7.weight" has shape [3, 24] instead of [2, 24]',
    );
  });

  test('values that are no numbers, variances below 0', () => {
    const put = (name: string, value: number) => (tensors: Tensors) => {
      const data = Float32Array.from(tiny[name].data);
      data[5] = value;
      tensors[name] = { shape: tiny[name].shape, data };
    };
    expect(message(put('fc6.bias', NaN))).toContain('value 5 of tensor "fc6.bias" is NaN');
    expect(message(put('layer2.conv3.weight', -Infinity))).toContain(
      'value 5 of tensor "layer2.conv3.weight" is -Infinity',
    );
    expect(message(put('bn5.running_var', -1))).toContain('"bn5.running_var" holds a variance below 0');
  });

  test('counters may be missing', () => {
    const bare = Object.fromEntries(needed.map((name) => [name, tiny[name]]));
    expect(ecapaGraph(bare).toBytes({}).length).toBeGreaterThan(100_000);
  });
});
