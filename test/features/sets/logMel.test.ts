import { describe, expect, it } from 'vitest';
import { logMel, logMelFrames, subtractTimeMean } from '../../../src/features/sets/logMel.ts';
import { hzToMel, melToHz } from '../../../src/features/spectral/mel.ts';
import { createRandom } from '../../../src/random.ts';
import { expectedOfSynthetic, syntheticSignal } from '../../train/ecapaFixtures.ts';
import { sine } from '../golden.ts';

const frame = ({ data, bins }: { data: Float32Array; bins: number }, t: number) => [
  ...data.subarray(t * bins, (t + 1) * bins),
];
const worst = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe('log-mel frames', () => {
  it.each(Object.entries(expectedOfSynthetic))('%s samples: the reference’s values', (samples, expected) => {
    const frames = logMel(syntheticSignal(Number(samples)));
    expect(frames).toMatchObject({ frames: expected.frames, bins: 80 });
    expect(worst(frame(frames, 0), expected.first)).toBeLessThan(1e-4);
    expect(worst(frame(frames, expected.frames - 1), expected.last)).toBeLessThan(1e-4);
    const meanAbs = frames.data.reduce((sum, value) => sum + Math.abs(value), 0) / frames.data.length;
    expect(meanAbs).toBeCloseTo(expected.meanAbs, 5);
  });

  it('of loud sound do not depend on its level', () => {
    const random = createRandom(1);
    const noise = Float32Array.from({ length: 16_000 }, () => random.between(-1, 1));
    const half = logMel(noise.map((x) => x / 2));
    expect(worst([...logMel(noise).data], [...half.data])).toBeLessThan(0.01);
  });

  it('have no mean over time, unless it is left in', () => {
    const frames = logMel(syntheticSignal(4000));
    for (let bin = 0; bin < 80; bin++) {
      let sum = 0;
      for (let t = 0; t < frames.frames; t++) sum += frames.data[t * 80 + bin];
      expect(Math.abs(sum / frames.frames)).toBeLessThan(1e-6);
    }
    const data = logMelFrames.extract(syntheticSignal(4000));
    expect(data).not.toEqual(frames.data);
    expect(subtractTimeMean({ ...frames, data }).data).toEqual(frames.data);
  });

  it('are loudest in the band of a sine', () => {
    for (const hz of [300, 1000, 3000]) {
      const row = frame({ data: logMelFrames.extract(sine(hz)), bins: 80 }, 50);
      const band = row.indexOf(Math.max(...row));
      const step = (hzToMel(7600, true) - hzToMel(20, true)) / 81;
      const peak = melToHz(hzToMel(20, true) + (band + 1) * step, true);
      expect(Math.abs(peak - hz)).toBeLessThan(hz / 10);
    }
  });

  it('of silence are the floor, and nothing once the mean is gone', () => {
    expect(logMelFrames.extract(new Float32Array(800)).every((x) => Math.abs(x - Math.log(1e-6)) < 1e-5)).toBe(true);
    expect(logMel(new Float32Array(800)).data.every((x) => Math.abs(x) < 1e-6)).toBe(true);
  });

  it('are finite for any length from one sample on', () => {
    for (const samples of [1, 2, 3, 100, 159, 160, 199, 200, 201, 400]) {
      const { data, frames } = logMel(syntheticSignal(samples));
      expect(frames).toBe(1 + Math.floor(samples / 160));
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it('refuse an empty signal and NaN', () => {
    expect(() => logMel(new Float32Array(0))).toThrow(/empty/);
    expect(() => logMel(Float32Array.of(0, NaN))).toThrow(/Sample 1/);
  });
});

describe('HTK’s mel scale', () => {
  it('has 1000 mel at 1 kHz, and is undone by its inverse', () => {
    expect(hzToMel(1000, true)).toBeCloseTo(1000, 1);
    for (const hz of [0, 30, 999, 7600]) expect(melToHz(hzToMel(hz, true), true)).toBeCloseTo(hz, 9);
  });
});
