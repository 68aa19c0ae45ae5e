import { describe, expect, it } from 'vitest';
import { librosa186, rms, stft, tonnetz, zeroCrossingRate } from '../../src/features/index.ts';
import { createRandom } from '../../src/random.ts';
import { deviations, readReferenceTable, sine } from './golden.ts';

const { names, extract } = librosa186;
const HOP = 512;

/** The spread of every feature over real speech: what "the same" is measured in. */
const scale = deviations(
  readReferenceTable('vectors.csv')
    .rows.filter(({ file }) => file.startsWith('ravdess/'))
    .map(({ values }) => values),
);
const column = (name: string): number => names.indexOf(name);
const block = (name: string): string => name.replace(/\d*_.*/, '');

/** Fails with a list of the features that differ by more than `limit` deviations; `skip` names features, or blocks of them, that are not compared. */
function expectSame(vector: Float64Array, expected: ArrayLike<number>, limit: number, skip: string[] = []): void {
  const failures = names.flatMap((name, j) => {
    const deviation = Math.abs(vector[j] - expected[j]) / scale[j];
    return deviation <= limit || skip.includes(block(name)) || skip.includes(name)
      ? []
      : [`${name}: ${vector[j]} instead of ${expected[j]}`];
  });
  expect(failures).toEqual([]);
}

/** Something like a vowel in a room: partials of a gliding pitch that come and go, over faint noise. */
function voice(length: number, seed = 'voice'): Float32Array {
  const random = createRandom(seed);
  let phase = 0;
  return Float32Array.from({ length }, (_, i) => {
    phase += (2 * Math.PI * (140 + 30 * Math.sin(i / 3000))) / 16_000;
    const partials =
      Math.sin(phase) + 0.6 * Math.sin(3 * phase) + 0.3 * Math.sin(7 * phase) + 0.2 * Math.sin(19 * phase);
    return 0.15 * Math.sin((Math.PI * i) / length) * partials + 0.01 * random.normal();
  });
}

function joined(...parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}
const identical = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
const scaled = (signal: Float32Array, gain: number): Float32Array => signal.map((x) => gain * x);
const silence = (length: number): Float32Array => new Float32Array(length);

const speech = voice(20_000);
const vector = extract(speech);

describe('gain', () => {
  it.each([0.5, 0.1, 3, 64])(
    '× %d scales RMS and mel power, moves MFCC 0 by its decibels, and changes nothing else',
    (gain) => {
      // The DCT's first coefficient is √128 times the mean of the bands.
      const decibels = 20 * Math.log10(gain) * Math.sqrt(128);
      const expected = vector.map((value, j) => {
        if (block(names[j]) === 'rms') return value * gain;
        if (block(names[j]) === 'mel') return value * gain ** 2;
        return ['mfcc0_mean', 'mfcc0_median'].includes(names[j]) ? value + decibels : value;
      });
      const louder = extract(scaled(speech, gain));
      expectSame(louder, expected, 1e-3, ['rms', 'mel']);
      for (const name of names.filter((name) => ['rms', 'mel'].includes(block(name)))) {
        expect(louder[column(name)] / expected[column(name)], name).toBeCloseTo(1, 5);
      }
    },
  );

  it('that leaves less than −100 dB in every band leaves the MFCC of silence, but not its shape', () => {
    const faint = extract(scaled(speech, 1e-8));
    const none = extract(silence(20_000));
    names.forEach((name, j) => {
      if (block(name) === 'mfcc') expect(faint[j], name).toBe(none[j]);
      if (['centroid', 'rolloff', 'bandwidth', 'chroma'].includes(block(name))) {
        expect(Math.abs(faint[j] - vector[j]) / scale[j], name).toBeLessThan(1e-3);
      }
    });
  });

  it('that leaves every sample below 1e-10 leaves no crossings', () => {
    expect(vector[column('zcr_mean')]).toBeGreaterThan(0.01);
    expect(extract(scaled(speech, 1e-11))[column('zcr_mean')]).toBe(0);
  });
});

it('polarity makes no difference at all', () => {
  expect(speech.every((x) => Math.abs(x) > 1e-10)).toBe(true);
  expect(extract(scaled(speech, -1))).toEqual(vector);
});

describe('time', () => {
  const [early, late] = [0, HOP].map((delay) => joined(silence(32_768 + delay), speech, silence(32_768 + HOP - delay)));

  it('a shift by one hop in silence only renumbers the frames', () => {
    const [first, second] = [stft(early), stft(late)];
    expect(identical(second.re.subarray(first.bins), first.re.subarray(0, -first.bins))).toBe(true);
    expect(identical(second.im.subarray(first.bins), first.im.subarray(0, -first.bins))).toBe(true);
    // Tonnetz of silence is the tonnetz of rounding errors: in librosa too.
    expectSame(extract(late), extract(early), 1e-6, ['tonnetz']);
  });

  it('and those of tonnetz that hold sound', () => {
    const [first, second] = [tonnetz(early), tonnetz(late)];
    for (let t = 64; t < 64 + Math.floor(speech.length / HOP); t++) {
      for (let k = 0; k < 6; k++) expect(second.data[(t + 1) * 6 + k]).toBeCloseTo(first.data[t * 6 + k], 4);
    }
  });

  it('a clip twice in a row has the frames of the clip twice, but where it is cut', () => {
    const clip = voice(40 * HOP);
    const [once, twice] = [stft(clip), stft(joined(clip, clip))];
    for (const start of [0, 40]) {
      const frames = (x: Float32Array, from: number) => x.subarray((from + 2) * once.bins, (from + 39) * once.bins);
      expect(identical(frames(twice.re, start), frames(once.re, 0))).toBe(true);
      expect(identical(frames(twice.im, start), frames(once.im, 0))).toBe(true);
    }
  });

  // Where values cluster, a median may jump from one cluster to the next however little changes.
  const medians = names.filter((name) => name.endsWith('median'));

  it('repeating a clip again and again changes the statistics less and less', () => {
    const clip = voice(40 * HOP);
    const [two, four, eight] = [2, 4, 8].map((copies) => extract(joined(...Array<Float32Array>(copies).fill(clip))));
    // Chroma and tonnetz depend on the tuning, the fullest bin of a histogram, which may jump as a median does.
    const compared = names.filter((name) => !medians.includes(name) && !/chroma|tonnetz/.test(name)).map(column);
    const distance = (a: Float64Array, b: Float64Array): number =>
      Math.sqrt(compared.reduce((sum, j) => sum + ((a[j] - b[j]) / scale[j]) ** 2, 0) / compared.length);
    expect(distance(two, four)).toBeLessThan(0.1);
    expect(distance(four, eight)).toBeLessThan(0.6 * distance(two, four));
  });

  it('thirty minutes of a clip have the statistics of one minute', { timeout: 300_000 }, () => {
    const clip = voice(60 * HOP);
    const minutes = (count: number): Float32Array => {
      const signal = new Float32Array(count * 60 * 16_000);
      for (let at = 0; at < signal.length; at += clip.length) signal.set(clip.subarray(0, signal.length - at), at);
      return signal;
    };
    expectSame(extract(minutes(30)), extract(minutes(1)), 0.05, medians);
  });
});

describe('signals with nothing to hear, as librosa 0.10.2 has them', () => {
  /** librosa's values, each within a millionth of the feature's deviation over speech, or of the value. */
  const expectValues = (signal: Float32Array, expected: Record<string, number>): void => {
    const values = extract(signal);
    expect(values.every(Number.isFinite)).toBe(true);
    for (const [name, value] of Object.entries(expected)) {
      const limit = Math.max(1e-5 * scale[column(name)], 1e-6 * Math.abs(value));
      expect(Math.abs(values[column(name)] - value), name).toBeLessThan(limit);
    }
  };

  it.each([1, 2, 511, 512, 16_000])('%i samples of silence: −100 dB, flat, and noughts', (length) => {
    const expected = names.map((name) => {
      if (name === 'flatness_mean') return 1;
      return ['mfcc0_mean', 'mfcc0_median'].includes(name) ? -1131.3709716796875 : 0;
    });
    expectSame(extract(silence(length)), expected, 1e-5);
  });

  it.each([
    // The only frame is that sample under a window: a flat spectrum.
    [
      [0.5],
      {
        mfcc0_mean: -169.12335205078125,
        mfcc0_std: 0,
        mfcc39_mean: 0.0015636630123481154,
        chroma0_mean: 0.7705585956573486,
        chroma9_mean: 0.9785881638526917,
        contrast0_mean: 0,
        tonnetz0_mean: 0.004051780148318692,
        tonnetz5_mean: -0.002396134659647893,
        centroid_mean: 4000.0000037252903,
        bandwidth_mean: 2311.6552521898147,
        rolloff_mean: 6804.6875,
        flatness_mean: 0.9999999403953552,
        zcr_mean: 0,
        rms_mean: 0.011048543266952038,
        mel_mean: 0.03199983015656471,
        mel_max: 0.032300807535648346,
      },
    ],
    [
      [0.5, -0.25],
      {
        mfcc0_mean: -195.97840881347656,
        mfcc1_mean: -35.26858901977539,
        chroma9_mean: 0.9685773849487305,
        contrast6_mean: 0.19013816426645835,
        tonnetz0_mean: 0.006090529293675248,
        centroid_mean: 4741.199395239164,
        rolloff_mean: 7148.4375,
        flatness_mean: 0.7997761964797974,
        zcr_mean: 0.00048828125,
        rms_mean: 0.012352647259831429,
        mel_median: 0.014784405007958412,
      },
    ],
  ])('the samples %j', (samples, expected) => expectValues(Float32Array.from(samples), expected));

  it('a constant', () => {
    expectValues(new Float32Array(16_000).fill(0.5), {
      mfcc0_mean: -496.0484619140625,
      mfcc1_mean: 21.096229553222656,
      chroma0_mean: 0.9880605340003967,
      contrast0_mean: 88.84774937930787,
      centroid_mean: 91.66805139795163,
      bandwidth_mean: 199.97500746728855,
      rolloff_mean: 185.302734375,
      flatness_mean: 0.00011178764543728903,
      zcr_mean: 0,
      rms_mean: 0.48788315057754517,
      mel_mean: 7.7012481689453125,
      mel_max: 1324.6685791015625,
    });
  });

  it('a square wave of denormals: too quiet for decibels and crossings, but of a shape', () => {
    expectValues(
      Float32Array.from({ length: 8000 }, (_, i) => (i % 80 < 40 ? 1e-40 : -1e-40)),
      {
        mfcc0_mean: -1131.3709716796875,
        mfcc1_mean: 0,
        chroma0_mean: 0.282710462808609,
        chroma9_mean: 0.3911135196685791,
        contrast0_mean: 0,
        centroid_mean: 1773.669693194678,
        bandwidth_mean: 2117.890817016735,
        rolloff_mean: 4209.47265625,
        flatness_mean: 1,
        zcr_mean: 0,
        rms_mean: 0,
        mel_max: 0,
      },
    );
  });

  it('no sample at all is refused, with words', () => {
    expect(() => extract(silence(0))).toThrow(
      expect.objectContaining({
        name: 'SerError',
        code: 'audio',
        message: expect.stringMatching(/empty.*at least one sample/),
      }),
    );
  });
});

it('clipping at full scale adds harmonics and level, but moves no crossing', () => {
  const tone = sine(220, 16_000);
  const clipped = tone.map((x) => Math.max(-1, Math.min(1, 1e4 * x)));
  const [clean, dirty] = [extract(tone), extract(clipped)];
  expect(dirty.every(Number.isFinite)).toBe(true);
  expect(zeroCrossingRate(clipped)).toEqual(zeroCrossingRate(tone));
  expect(Math.max(...rms(clipped))).toBeGreaterThan(0.99);
  expect(Math.max(...rms(clipped))).toBeLessThanOrEqual(1);
  for (const name of ['centroid_mean', 'bandwidth_mean', 'rolloff_mean']) {
    expect(dirty[column(name)], name).toBeGreaterThan(2 * clean[column(name)]);
  }
});
