import { describe, expect, test } from 'vitest';
import { movePitch } from '../../../src/data/augment/movePitch.ts';
import { pitchShift } from '../../../src/data/augment/timeStretch.ts';
import { stft } from '../../../src/features/spectral/stft.ts';

const RATE = 16_000;
const FORMANT = 1900;

/** A vowel: pulses of a voice's pitch through two resonances. */
function vowel(pitch: number, formants = [700, FORMANT]): Float32Array {
  let signal = new Float64Array(RATE);
  for (let i = 0; i < signal.length; i++) {
    signal[i] = Math.floor((i * pitch) / RATE) > Math.floor(((i - 1) * pitch) / RATE) ? 1 : 0;
  }
  for (const formant of formants) {
    const radius = Math.exp((-Math.PI * 200) / RATE);
    const [a, b] = [2 * radius * Math.cos((2 * Math.PI * formant) / RATE), -radius * radius];
    const out = new Float64Array(signal.length);
    for (let i = 0; i < out.length; i++) out[i] = signal[i] + a * (out[i - 1] ?? 0) + b * (out[i - 2] ?? 0);
    signal = out;
  }
  const peak = Math.max(...signal.map(Math.abs));
  return Float32Array.from(signal, (sample) => (0.5 * sample) / peak);
}

/** Hz, by the autocorrelation of its middle. */
function pitchOf(signal: Float32Array): number {
  const middle = signal.subarray(4000, 12_000);
  const score = (lag: number) => {
    let sum = 0;
    for (let i = lag; i < middle.length; i++) sum += middle[i] * middle[i - lag];
    return sum / (middle.length - lag);
  };
  const lags = Array.from({ length: 200 }, (_, i) => 40 + i);
  return RATE / lags.reduce((best, lag) => (score(lag) > score(best) * 1.02 ? lag : best));
}

/** dB in each band of 500 Hz up to 4 kHz. */
function envelope(signal: Float32Array): number[] {
  const { re, im, frames, bins } = stft(signal, { nFft: 1024, hop: 256 });
  return Array.from({ length: 8 }, (_, band) => {
    let sum = 0;
    for (let t = 8; t < frames - 8; t++) for (let k = 32 * band; k < 32 * (band + 1); k++) sum += re[t * bins + k] ** 2 + im[t * bins + k] ** 2; // prettier-ignore
    return 10 * Math.log10(sum);
  });
}

const distance = (a: number[], b: number[]): number => Math.max(...a.map((level, band) => Math.abs(level - b[band])));

describe.each([-6, -3, 3, 6])('a voice that is moved by %i semitones', (semitones) => {
  const voice = vowel(140);
  const moved = movePitch(voice, semitones);

  test('has the pitch that was asked for, and its length', () => {
    expect(moved).toHaveLength(voice.length);
    expect(pitchOf(moved) / (140 * 2 ** (semitones / 12))).toBeCloseTo(1, 1.5);
  });

  test('keeps its formants, which a plain shift moves too', () => {
    const [kept, plain] = [moved, pitchShift(voice, semitones)].map((one) => distance(envelope(one), envelope(voice)));
    expect(kept).toBeLessThan(0.7 * plain);
  });
});

test('silence stays silence, and a clip of a few samples is no error', () => {
  expect(Math.max(...movePitch(new Float32Array(8000), 4))).toBe(0);
  expect(movePitch(Float32Array.of(0.1, -0.2, 0.3), 4).every(Number.isFinite)).toBe(true);
});
