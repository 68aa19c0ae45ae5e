import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAudio } from '../../src/data/audio/load.ts';
import * as features from '../../src/features/index.ts';
import { createRandom } from '../../src/random.ts';

const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path && existsSync(path),
);

/** Agreement of two numbers, relative to the larger one. */
const LIMIT = 1e-5;

/** What the page knows the bundle as. */
declare const ser: typeof features;

function expectClose(actual: readonly number[], expected: ArrayLike<number>, names?: readonly string[]): void {
  expect(actual).toHaveLength(expected.length);
  const failures = actual.flatMap((value, i) => {
    const difference = Math.abs(value - expected[i]);
    const agrees = difference <= LIMIT * Math.max(Math.abs(value), Math.abs(expected[i]));
    return agrees ? [] : [`${names?.[i] ?? i}: ${value} instead of ${expected[i]}`];
  });
  expect(failures).toEqual([]);
}

const demo = (name: string): Promise<Float32Array> =>
  loadAudio(fileURLToPath(new URL(`../../data/demo/${name}.wav`, import.meta.url)));

describe.skipIf(!executablePath)('in headless Chromium (needs one: /usr/bin/chromium or $CHROMIUM_PATH)', () => {
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../../src/features/index.ts', import.meta.url))],
      bundle: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'ser',
      minify: true,
      write: false,
    });
    // Debian's Chromium will not start its sandbox for root, and the page holds nothing but our own code.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => troubles.push(message.text()));
    await page.addScriptTag({ content: outputFiles[0].text });
  });
  afterAll(() => browser?.close());

  describe.each(features.FEATURE_SETS.map((set) => [set.name, set] as const))('%s', (name, { extract, names }) => {
    it.each(['female', 'male', 'female-excited'])(
      'the demo clip "%s" gives the vector that it gives in Node',
      async (clip) => {
        const signal = await demo(clip);
        const vector = await page.evaluate(
          ([set, samples]) => Array.from(ser.featureSet(set).extract(Float32Array.from(samples))),
          [name, Array.from(signal)] as const,
        );
        expectClose(vector, extract(signal), names);
      },
    );
  });

  it.each([48_000, 44_100, 8000])('a signal of %i Hz, resampled there', async (rate) => {
    const random = createRandom('browser');
    const signal = Float32Array.from({ length: rate }, (_, i) => {
      return 0.4 * Math.sin((2 * Math.PI * 220 * i) / rate) + 0.05 * random.normal();
    });
    const vector = await page.evaluate(
      ([from, samples]) => {
        const resampled = ser.resample(Float32Array.from(samples), from, ser.SAMPLE_RATE);
        return Array.from(ser.librosa186.extract(resampled));
      },
      [rate, Array.from(signal)] as const,
    );
    const { librosa186, resample, SAMPLE_RATE } = features;
    expectClose(vector, librosa186.extract(resample(signal, rate, SAMPLE_RATE)), librosa186.names);
  });

  it('an empty signal is refused there as here', async () => {
    const error = await page.evaluate(() => {
      try {
        return ser.librosa186.extract(new Float32Array(0)).length;
      } catch (reason) {
        return { code: (reason as { code: string }).code, message: (reason as Error).message };
      }
    });
    expect(error).toEqual({ code: 'audio', message: expect.stringContaining('empty') as string });
  });

  it('nothing was printed and nothing went wrong', () => {
    expect(troubles).toEqual([]);
  });
});
