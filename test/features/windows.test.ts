import { describe, expect, it } from 'vitest';
import { librosa186, resample } from '../../src/features/index.ts';
import { createBlockResampler } from '../../src/features/resample/resampleBlocks.ts';
import { cutWindows, featureWindows, type WindowOptions, windowSpans } from '../../src/features/windows.ts';
import { createRandom } from '../../src/random.ts';

const noise = (length: number): Float32Array => {
  const random = createRandom('windows');
  return Float32Array.from({ length }, () => 0.2 * random.normal());
};

function* inBlocks(signal: Float32Array, size: number): Generator<Float32Array> {
  for (let at = 0; at < signal.length; at += size) yield signal.subarray(at, at + size);
}

/** Sample i is i, so that every window tells where it was cut. */
const ramp = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i);

async function spans(length: number, options: WindowOptions, block = 1000): Promise<[number, number][]> {
  const found: [number, number][] = [];
  for await (const { start, end, samples } of cutWindows(inBlocks(ramp(length), block), options)) {
    found.push([start, end]);
    expect(samples).toHaveLength(Math.round((end - start) * 16_000));
    expect(samples.every((x, i) => x === start * 16_000 + i)).toBe(true);
  }
  // What is said beforehand is what is cut.
  const foretold = windowSpans(length, options).map(({ from, to }) => [from / 16_000, to / 16_000]);
  expect(foretold).toEqual(found);
  return found;
}

describe('windows are cut', () => {
  it.each([1, 999, 16_000, 1_000_000])('the same from blocks of %i samples', async (block) => {
    expect(await spans(32_000, { window: 1, hop: 0.5 }, block)).toEqual([
      [0, 1],
      [0.5, 1.5],
      [1, 2],
    ]);
  });

  it('with a last one that ends with the signal, if anything is left for it', async () => {
    expect(await spans(40_800, { window: 1, hop: 0.5 })).toEqual([
      [0, 1],
      [0.5, 1.5],
      [1, 2],
      [1.5, 2.5],
      [2, 2.55],
    ]);
    expect(await spans(35_200, { window: 1, hop: 1 })).toEqual([
      [0, 1],
      [1, 2],
      [2, 2.2],
    ]);
  });

  it('with gaps, if the hop is the longer', async () => {
    expect(await spans(56_000, { window: 0.5, hop: 1.5 })).toEqual([
      [0, 0.5],
      [1.5, 2],
      [3, 3.5],
    ]);
    expect(await spans(31_000, { window: 0.5, hop: 1.5 })).toEqual([
      [0, 0.5],
      [1.5, 1.9375],
    ]);
  });

  it('three seconds every second, unless told otherwise', async () => {
    expect(await spans(5 * 16_000, {})).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  it('a short signal is one window, an empty one none', async () => {
    expect(await spans(100, {})).toEqual([[0, 100 / 16_000]]);
    expect(await spans(0, {})).toEqual([]);
  });

  it('as foretold for any length, window and hop', async () => {
    const random = createRandom('spans');
    for (let round = 0; round < 60; round++) {
      const window = (1 + Math.floor(40 * random.uniform())) / 16_000;
      const hop = (1 + Math.floor(60 * random.uniform())) / 16_000;
      await spans(Math.floor(200 * random.uniform()), { window, hop });
    }
  });

  it('no more than the limit allows', () => {
    expect(windowSpans(16_000 * 300, {}, 894)).toHaveLength(298);
    expect(() => windowSpans(16_000 * 300, {}, 893)).toThrow(
      /298 windows of 3 s, one every 1 s, contain more than the allowed 893 s/,
    );
    expect(windowSpans(16_000, { window: 60 }, 1)).toHaveLength(1);
  });

  it.each([
    ['window', { window: 0 }],
    ['window', { window: Number.NaN }],
    ['hop', { hop: -1 }],
    ['hop', { hop: 1e-5 }],
    ['window', { window: Infinity }],
  ])('not for a %s of no length: %o', async (name, options) => {
    await expect(cutWindows([noise(100)], options).next()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(name) as string,
    });
  });
});

it('the vector of a window is that of its samples alone', async () => {
  const signal = noise(28_000);
  const found = [];
  for await (const row of featureWindows(inBlocks(signal, 4096), librosa186, { window: 0.8, hop: 0.4 }))
    found.push(row);
  expect(found.map(({ start, end }) => [start, end])).toEqual([
    [0, 0.8],
    [0.4, 1.2],
    [0.8, 1.6],
    [1.2, 1.75],
  ]);
  for (const { start, end, vector } of found) {
    const alone = librosa186.extract(signal.slice(Math.round(start * 16_000), Math.round(end * 16_000)));
    expect(vector).toEqual(alone);
  }
});

describe('resampled in blocks, a signal is what it is resampled as a whole', () => {
  const join = (parts: Float32Array[]): Float32Array => {
    const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((at, part) => (joined.set(part, at), at + part.length), 0);
    return joined;
  };

  it.each([
    [8000, 16_000, 36.1],
    [11_025, 16_000, 36.1],
    [22_050, 16_000, 36.1],
    [24_000, 16_000, 36.1],
    [32_000, 16_000, 36.1],
    [44_100, 16_000, 36.1],
    [48_000, 16_000, 36.1],
    [96_000, 16_000, 36.1],
    [192_000, 16_000, 21.1],
    [44_056, 16_000, 22.3],
    [128_001, 16_000, 22.3],
    [16_000, 44_100, 36.1],
    [16_000, 16_000, 36.1],
    [48_000, 16_000, 0.01],
    [48_000, 16_000, 4.5],
  ])('%i → %i Hz, %d seconds', (from, to, seconds) => {
    const signal = noise(Math.round(from * seconds) + 1);
    const whole = resample(signal, from, to);
    const resampler = createBlockResampler(from, to);
    const parts = [...inBlocks(signal, 65_536)].flatMap((block) => [...resampler.push(block)]);
    const joined = join([...parts, resampler.end()]);
    expect(joined).toHaveLength(whole.length);
    expect(joined.reduce((max, x, i) => Math.max(max, Math.abs(x - whole[i])), 0)).toBeLessThan(1e-6);
    // A long one has not waited for the end.
    if (seconds > 20) expect(parts.length).toBeGreaterThan(0);
  });

  it('rates that cannot be converted are refused before the first sample', () => {
    expect(() => createBlockResampler(0, 16_000)).toThrow(expect.objectContaining({ code: 'audio' }));
    expect(() => createBlockResampler(44_100.5, 16_000)).toThrow(/whole numbers/);
  });
});
