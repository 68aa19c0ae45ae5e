import { build } from 'esbuild';
import imported from 'meyda';
import { describe, expect, it } from 'vitest';
import { meyda } from '../../../src/features/index.ts';
import { createRandom } from '../../../src/random.ts';

const Meyda = 'default' in imported ? imported.default : imported;

const sine = (hertz: number, samples: number, amplitude = 0.5): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / 16_000));

const valuesOf = (signal: Float32Array): ((name: string) => number) => {
  const vector = meyda.extract(signal);
  return (name) => {
    expect(meyda.names).toContain(name);
    return vector[meyda.names.indexOf(name)];
  };
};

describe('meyda', () => {
  it('has 78 names, each once', () => {
    expect(meyda.names).toHaveLength(78);
    expect(new Set(meyda.names).size).toBe(78);
    expect(meyda.names[0]).toBe('mfcc0_mean');
    expect(meyda.names.at(-1)).toBe('energy_std');
  });

  it('measures a tone', () => {
    const tone = valuesOf(sine(1000, 80_000));
    // Bins of 16,000 / 1,024 Hz.
    expect(tone('spectralCentroid_mean')).toBeCloseTo(64, 0);
    expect(tone('spectralRolloff_mean')).toBeGreaterThan(1000);
    expect(tone('spectralRolloff_mean')).toBeLessThan(1200);
    // Of the 1,024 samples under a Hann window, whose mean square is 3 / 8.
    expect(tone('rms_mean')).toBeCloseTo(0.5 * Math.sqrt(3 / 16), 2);
    expect(tone('energy_mean')).toBeCloseTo((1024 * 0.25 * 3) / 16, 0);
    expect(tone('zcr_mean')).toBeCloseTo(128, -0.5);
    const a4 = valuesOf(sine(440, 80_000));
    expect(a4('chroma9_mean')).toBeGreaterThan(0.99);
    expect(a4('chroma3_mean')).toBeLessThan(0.05);
  });

  it('is the mean and the deviation of what Meyda itself gives for each frame', () => {
    const random = createRandom('meyda');
    const signal = sine(300, 2048).map((x) => x + 0.01 * random.normal());
    // Frames centred at 0, 512, …, 2,048: the signal between half a frame of zeros.
    const padded = new Float32Array(3072);
    padded.set(signal, 512);
    const own = { ...Meyda, bufferSize: 1024, sampleRate: 16_000 };
    const frames = [0, 512, 1024, 1536, 2048].map((start) =>
      own.extract(['mfcc', 'spectralSlope', 'loudness'], padded.subarray(start, start + 1024))!,
    );
    const value = valuesOf(signal);
    const expectStatistics = (name: string, values: number[]): void => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      expect(value(`${name}_mean`) / mean).toBeCloseTo(1, 10);
      expect(value(`${name}_std`) / Math.sqrt(variance)).toBeCloseTo(1, 6);
    };
    expectStatistics('mfcc0', frames.map(({ mfcc }) => mfcc![0])); // prettier-ignore
    expectStatistics('mfcc12', frames.map(({ mfcc }) => mfcc![12])); // prettier-ignore
    expectStatistics('spectralSlope', frames.map(({ spectralSlope }) => spectralSlope!)); // prettier-ignore
    expectStatistics('loudness', frames.map(({ loudness }) => loudness!.total)); // prettier-ignore
  });

  it("leaves Meyda's own settings alone, and does not depend on them", () => {
    const before = meyda.extract(sine(700, 8000));
    expect([Meyda.bufferSize, Meyda.sampleRate]).toEqual([512, 44_100]);
    Object.assign(Meyda, { bufferSize: 256, sampleRate: 48_000, numberOfMFCCCoefficients: 20 });
    expect(meyda.extract(sine(700, 8000))).toEqual(before);
    Object.assign(Meyda, { bufferSize: 512, sampleRate: 44_100, numberOfMFCCCoefficients: 13 });
  });

  it('leaves silent frames out where a feature has no value for them', () => {
    const tone = sine(1000, 16_000);
    const padded = new Float32Array(32_000);
    padded.set(tone);
    const [alone, followed, silent] = [tone, padded, new Float32Array(16_000)].map(valuesOf);
    // Not half of it: only the frame at the end of the tone differs.
    expect(Math.abs(followed('spectralCentroid_mean') - alone('spectralCentroid_mean'))).toBeLessThan(1);
    expect(followed('rms_mean')).toBeCloseTo(alone('rms_mean') / 2, 2);
    for (const name of ['spectralCentroid_mean', 'spectralFlatness_mean', 'perceptualSharpness_mean', 'chroma0_std']) {
      expect(silent(name), name).toBe(0);
    }
  });

  it.each([
    ['silence', new Float32Array(16_000)],
    ['one sample', Float32Array.of(0.3)],
    ['900 samples', sine(200, 900)],
    ['an impulse', new Float32Array(8000).fill(1, 4000, 4001)],
    ['a constant', new Float32Array(8000).fill(1)],
    ['a full-scale square', sine(100, 8000).map((x) => (x < 0 ? -1 : 1))],
    ['the Nyquist frequency', Float32Array.from({ length: 8000 }, (_, i) => (i % 2 ? 1 : -1))],
    ['denormals', new Float32Array(8000).fill(1e-42)],
  ])('gives finite values for %s', (_, signal) => {
    const vector = meyda.extract(signal);
    expect(meyda.names.filter((_, i) => !Number.isFinite(Math.fround(vector[i])))).toEqual([]);
  });

  it('refuses what is no signal', () => {
    expect(() => meyda.extract(new Float32Array(0))).toThrow(expect.objectContaining({ code: 'audio' }));
    const broken = sine(440, 4000);
    broken[42] = NaN;
    expect(() => meyda.extract(broken)).toThrow(/Sample 42/);
  });
});

describe('a bundle for the browser', () => {
  const bundle = async (names: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents: `export { ${names} } from './src/features/index.ts'`, resolveDir: process.cwd() },
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
    });
    return outputFiles[0].text;
  };

  it('holds Meyda only where its features are asked for', async () => {
    expect(await bundle('librosa186, mfcc, chromaStft, resample')).not.toContain('Meyda');
    expect(await bundle('featureSet')).toContain('Meyda');
  });
});
