import { describe, expect, it } from 'vitest';
import { FEATURE_SETS, featureSet, librosa186 } from '../../../src/features/index.ts';
import { createRandom } from '../../../src/random.ts';
import { deviations, readNpy, readReferenceTable, sine } from '../golden.ts';

const golden = readReferenceTable('vectors.csv');
const synthetic = readReferenceTable('synthetic.csv');
const scale = deviations(golden.rows.filter(({ file }) => file.startsWith('ravdess/')).map(({ values }) => values));

it('has the columns of the reference, in its order', () => {
  expect(librosa186.names).toEqual(golden.names);
  expect(librosa186.names).toHaveLength(186);
});

describe('against librosa 0.10.2, in standard deviations of each feature over speech', () => {
  it.each(synthetic.rows.map(({ file, values }) => [file, values] as const))('%s', (file, expected) => {
    const vector = librosa186.extract(readNpy(`synthetic/${file}.npy`));
    const failures = expected.flatMap((value, j) => {
      // Tonnetz of frames that hold only rounding noise is arbitrary in librosa too.
      const limit = golden.names[j].startsWith('tonnetz') ? 0.3 : 1e-3;
      const deviation = Math.abs(vector[j] - value) / scale[j];
      return deviation <= limit ? [] : [`${golden.names[j]}: ${vector[j]} instead of ${value}`];
    });
    expect(failures).toEqual([]);
  });
});

describe('what must hold of any signal', () => {
  const column = (name: string): number => librosa186.names.indexOf(name);
  const signal = ((): Float32Array => {
    const random = createRandom('voice');
    return Float32Array.from({ length: 12_000 }, (_, i) => {
      const envelope = Math.sin((Math.PI * i) / 12_000);
      return envelope * (0.3 * Math.sin(0.07 * i) + 0.1 * Math.sin(0.21 * i) + 0.02 * random.normal());
    });
  })();
  const vector = librosa186.extract(signal);

  it('the same signal gives the same vector, whatever came between', () => {
    librosa186.extract(sine(1000, 30_000));
    expect(librosa186.extract(signal)).toEqual(vector);
  });

  it('polarity makes no difference but to crossings of noughts', () => {
    const inverted = librosa186.extract(signal.map((x) => -x));
    librosa186.names.forEach((name, j) => {
      if (!name.startsWith('zcr')) expect(inverted[j], name).toBeCloseTo(vector[j], 6);
    });
  });

  it('half the level halves the RMS, quarters the mel power and leaves the shape', () => {
    const half = librosa186.extract(signal.map((x) => x / 2));
    expect(half[column('rms_mean')] / vector[column('rms_mean')]).toBeCloseTo(0.5, 6);
    expect(half[column('mel_max')] / vector[column('mel_max')]).toBeCloseTo(0.25, 6);
    for (const name of ['centroid_mean', 'rolloff_std', 'zcr_mean', 'chroma3_mean']) {
      expect(half[column(name)], name).toBeCloseTo(vector[column(name)], 4);
    }
  });

  it.each([1, 2, 511, 512, 1025, 2048])('%i samples give finite numbers', (length) => {
    for (const value of librosa186.extract(signal.subarray(3000, 3000 + length)))
      expect(Number.isFinite(value)).toBe(true);
  });

  it.each([
    ['denormals', 1e-40],
    ['full scale', 1],
  ])('a square wave of %s gives finite numbers', (_, level) => {
    const square = Float32Array.from({ length: 8000 }, (_, i) => (i % 80 < 40 ? level : -level));
    for (const value of librosa186.extract(square)) expect(Number.isFinite(value)).toBe(true);
  });
});

describe('what is refused', () => {
  it('an empty signal', () => {
    expect(() => librosa186.extract(new Float32Array(0))).toThrow(expect.objectContaining({ code: 'audio' }));
  });

  it.each([Number.NaN, Infinity, -Infinity])('a sample that is %d, by its position', (value) => {
    const signal = new Float32Array(100);
    signal[42] = value;
    expect(() => librosa186.extract(signal)).toThrow(/Sample 42/);
  });

  it('a feature set that does not exist, with the names of those that do', () => {
    expect(FEATURE_SETS.map(({ name }) => featureSet(name))).toEqual(FEATURE_SETS);
    expect(() => featureSet('librosa187')).toThrow(/librosa186/);
  });
});
