import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { augment, AUGMENT_DEFAULTS } from '../../../src/data/augment/augment.ts';
import type { AugmentOptions, AugmentStep } from '../../../src/data/augment/augment.ts';
import { pitchShift, timeStretch } from '../../../src/data/augment/timeStretch.ts';
import { createRandom } from '../../../src/random.ts';

const RATE = 16_000;
const tone = (hertz: number, length = RATE) =>
  Float32Array.from({ length }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / RATE));
const rms = (signal: Float32Array) => Math.sqrt(signal.reduce((sum, value) => sum + value * value, 0) / signal.length);

/** Cycles a second, from the upward zero crossings of the middle half. */
function frequency(signal: Float32Array): number {
  const crossings: number[] = [];
  for (let i = Math.floor(signal.length / 4); i < (signal.length * 3) / 4; i++) {
    if (signal[i] < 0 && signal[i + 1] >= 0) crossings.push(i + signal[i] / (signal[i] - signal[i + 1]));
  }
  return (RATE * (crossings.length - 1)) / (crossings.at(-1)! - crossings[0]);
}

const off: AugmentStep = { probability: 0, low: 0, high: 0 };
const never: AugmentOptions = { noise: off, stretch: off, pitch: off, shift: off };
const always = (strength: number): AugmentStep => ({ probability: 1, low: strength, high: strength });

describe('augmentation', () => {
  it('gives the same copy for the same seed and another for another, of the same length, the clip left as it is', () => {
    const clip = tone(300);
    const copies = [1, 1, 2, 3, 4].map((seed) => augment(clip, createRandom(seed)));
    expect(copies[0]).toEqual(copies[1]);
    expect(new Set(copies.map(String)).size).toBe(4);
    for (const copy of copies) expect(copy).toHaveLength(clip.length);
    expect(clip).toEqual(tone(300));
  });

  it('leaves the clip untouched when no step is ever made', () => {
    expect(augment(tone(300), createRandom(1), never)).toEqual(tone(300));
  });

  it('makes each step as often as its probability says', () => {
    const clip = Float32Array.from({ length: 64 }, (_, i) => i);
    const only = { ...never, shift: { ...AUGMENT_DEFAULTS.shift, low: 0.2, high: 0.2 } };
    const moved = Array.from({ length: 1000 }, (_, seed) => augment(clip, createRandom(seed), only)[0] !== 0);
    expect(moved.filter(Boolean).length / 1000).toBeCloseTo(0.5, 1);
  });

  it('adds noise of the given amplitude', () => {
    const noise = augment(new Float32Array(RATE), createRandom(5), { ...never, noise: always(0.004) });
    expect(rms(noise)).toBeGreaterThan(0.0039);
    expect(rms(noise)).toBeLessThan(0.0041);
  });

  it('shifts round the end, in both directions', () => {
    const clip = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    const shift = (share: number) => Array.from(augment(clip, createRandom(1), { ...never, shift: always(share) }));
    expect(shift(0.2)).toEqual([8, 9, 0, 1, 2, 3, 4, 5, 6, 7]);
    expect(shift(-0.2)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  });

  it('changes speed and pitch at once, as on tape', () => {
    const faster = augment(tone(300), createRandom(1), { speed: always(1.08) });
    expect(faster).toHaveLength(Math.round(RATE / 1.08));
    expect(frequency(faster)).toBeCloseTo(324, 0);
  });

  it('moves the pitch of a voice at its length', () => {
    const higher = augment(tone(300), createRandom(1), { voicePitch: always(12) });
    expect(higher).toHaveLength(RATE);
    expect(frequency(higher)).toBeCloseTo(600, -1);
  });

  it('cuts off what is overdriven: 6 dB leave half of the peak', () => {
    const clipped = augment(tone(300), createRandom(1), { clipping: always(20 * Math.log10(2)) });
    expect(Math.max(...clipped)).toBeCloseTo(0.25, 4);
    expect(clipped.filter((sample) => Math.abs(Math.abs(sample) - 0.25) < 1e-4).length / RATE).toBeCloseTo(2 / 3, 2);
  });

  it('sends samples of few bits: 8 of them are within 2 % of µ-law, and silence stays silence', () => {
    const clean = tone(300);
    const sent = augment(clean, createRandom(1), { companding: always(8) });
    const levels = new Set(sent);
    expect(levels.size).toBeLessThanOrEqual(255);
    expect(Math.max(...sent.map((sample, i) => Math.abs(sample - clean[i])))).toBeLessThan(0.02);
    expect(augment(new Float32Array(4), createRandom(1), { companding: always(8) })).toEqual(new Float32Array(4));
  });

  it('stretches within the clip: faster ends in silence, slower is cut', () => {
    const clip = tone(300);
    const fast = augment(clip, createRandom(1), { ...never, stretch: always(1.1) });
    expect(fast.subarray(0, 14_545)).toEqual(timeStretch(clip, 1.1));
    expect(rms(fast.subarray(14_545))).toBe(0);
    const slow = augment(clip, createRandom(1), { ...never, stretch: always(0.9) });
    expect(slow).toEqual(timeStretch(clip, 0.9).subarray(0, RATE));
  });

  it('takes any clip that has a sample, also silence', () => {
    const all = { noise: off, stretch: always(0.93), pitch: always(1.2), shift: always(0.1) };
    for (const length of [1, 2, 900])
      expect(augment(new Float32Array(length), createRandom(1), all)).toHaveLength(length);
    expect(augment(new Float32Array(900), createRandom(1), all)).toEqual(new Float32Array(900));
    expect(() => augment(new Float32Array(0), createRandom(1))).toThrow(/empty/);
  });

  it('refuses what is no probability and bounds the wrong way round', () => {
    const noise = { probability: 1.5, low: 0, high: 1 };
    expect(() => augment(tone(300), createRandom(1), { noise })).toThrow(/"noise" cannot have probability 1.5/);
    const pitch = { probability: 0.5, low: 1, high: -1 };
    expect(() => augment(tone(300), createRandom(1), { pitch })).toThrow(/"pitch".* from 1 to -1/);
  });
});

describe('time stretch and pitch shift', () => {
  interface Expected {
    length: number;
    samples: number[];
  }
  const golden = JSON.parse(readFileSync(new URL('../../fixtures/time-stretch.json', import.meta.url), 'utf8')) as {
    stretch: Record<string, Expected>;
    pitch: Record<string, Expected>;
  };
  const signal = Float32Array.from({ length: 8000 }, (_, i) => {
    const t = i / RATE;
    return 0.3 * Math.sin(2 * Math.PI * 440 * t) + 0.2 * Math.sin(2 * Math.PI * (100 * t + 2500 * t * t));
  });
  /** The error's RMS as a share of the signal's. */
  const deviation = (actual: Float32Array, expected: Expected): number => {
    expect(actual).toHaveLength(expected.length);
    const wanted = Float32Array.from(expected.samples);
    return rms(wanted.map((value, i) => value - actual[50 * i])) / rms(wanted);
  };

  it.each(Object.entries(golden.stretch))('stretches by %s as librosa does', (rate, expected) => {
    expect(deviation(timeStretch(signal, Number(rate)), expected)).toBeLessThan(1e-4);
  });

  it.each(Object.entries(golden.pitch))('shifts the pitch by %s as librosa does', (fraction, expected) => {
    const [p, q] = fraction.split('/').map(Number);
    expect(deviation(pitchShift(signal, 12 * Math.log2(p / q)), expected)).toBeLessThan(1e-3);
  });

  it.each([0.9, 1.1])('keeps the frequency of a tone at a rate of %f', (rate) => {
    expect(frequency(timeStretch(tone(440), rate))).toBeCloseTo(440, 0);
  });

  it.each([-1.5, -0.37, 0.8, 1.5])('moves a tone by %f semitones', (semitones) => {
    const shifted = frequency(pitchShift(tone(440), semitones));
    const cents = 1200 * Math.log2(shifted / 440) - 100 * semitones;
    expect(Math.abs(cents)).toBeLessThan(1);
  });

  it('refuses a rate that is not positive', () => {
    expect(() => timeStretch(signal, 0)).toThrow(/rate of 0 is not positive/);
  });
});
