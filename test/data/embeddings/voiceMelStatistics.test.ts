import { expect, test } from 'vitest';
import { VOICE_MEL_NAMES, voiceMelStatistics } from '../../../src/data/embeddings/voiceMel.ts';
import { createRandom } from '../../../src/random.ts';

const random = createRandom('noise');
/** Noise that is loud for a second, then 20 dB softer for three. */
const signal = Float32Array.from({ length: 64_000 }, (_, i) => (i < 16_000 ? 0.3 : 0.03) * random.normal());
const statistics = voiceMelStatistics(signal);
const of = (statistic: string, values = statistics): Float32Array =>
  Float32Array.from(VOICE_MEL_NAMES.flatMap((name, i) => (name.endsWith(`_${statistic}`) ? [values[i]] : [])));
const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;

test('the quantiles of noise of two levels are these levels, 20 dB apart; the mean lies between them', () => {
  const [low, middle, high] = ['p10', 'p50', 'p90'].map((q) => mean(of(q)));
  expect(high - middle).toBeCloseTo(2, 0);
  expect(middle - low).toBeLessThan(0.6);
  expect(mean(of('mean'))).toBeGreaterThan(middle);
  expect(mean(of('mean'))).toBeLessThan(high);
});

test('a gain of 2 adds 6 dB to means and quantiles, and nothing to deviations and changes', () => {
  const louder = voiceMelStatistics(signal.map((sample) => 2 * sample));
  for (const [statistic, difference] of [
    ['mean', 0.602],
    ['p50', 0.602],
    ['std', 0],
    ['change', 0],
  ] as const) {
    expect(mean(of(statistic, louder)) - mean(of(statistic))).toBeCloseTo(difference, 3);
  }
});

test('there are six statistics of 64 bands', () => {
  expect(statistics).toHaveLength(VOICE_MEL_NAMES.length);
  expect(VOICE_MEL_NAMES).toHaveLength(6 * 64);
});
