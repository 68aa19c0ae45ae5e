import { describe, expect, test } from 'vitest';
import { adaptForTraining, adaptTable, dealtGroups, speakerGroups } from '../../../src/data/adapt/groups.ts';
import { fitSpeakerPrior } from '../../../src/data/adapt/prior.ts';
import { speakerStatistics, standardise, VARIANCE_CLIPS } from '../../../src/data/adapt/speaker.ts';
import { type FeatureTable, selectRows, tableVector } from '../../../src/data/tables/table.ts';
import { createRandom } from '../../../src/random.ts';
import { SIZE, syntheticTable } from '../../train/synthetic.ts';

const table = syntheticTable(4);

/** The same table, of which every speaker has another offset and scale, exact in binary. */
function shifted(source: FeatureTable): FeatureTable {
  const values = source.values.map((value, i) => {
    const speaker = Number(source.clips[Math.floor(i / SIZE)].speaker);
    return value * 2 ** speaker + 64 * speaker;
  });
  return { ...source, values };
}

/** A table whose speakers have `offset · normal` in their means, their clips `1 · normal`. */
function randomSpeakers({ speakers = 40, clips = 20, offset = 2, frames = 0 } = {}): FeatureTable {
  const random = createRandom('speakers');
  const rows = Array.from({ length: speakers }, (_, s) => Array.from({ length: clips }, (_, c) => ({ ...table.clips[0], id: `${s}-${c}`, speaker: String(s) }))).flat(); // prettier-ignore
  const offsets = Array.from({ length: speakers }, () => 5 + offset * random.normal());
  const values = rows.flatMap(({ speaker }) => {
    const clip = offsets[Number(speaker)] + random.normal();
    return Array.from({ length: frames || 1 }, () => [clip + (frames ? random.normal() : 0), 7]).flat();
  });
  const counts = frames ? { frames: Uint32Array.from(rows, () => frames) } : {};
  return { ...table, names: ['random', 'constant'], clips: rows, values: Float32Array.from(values), ...counts };
}

describe('without a prior', () => {
  test('a constant offset and scale of each speaker disappears', () => {
    const [plain, moved] = [adaptTable(table), adaptTable(shifted(table))];
    plain.values.forEach((value, i) => expect(moved.values[i]).toBeCloseTo(value, 4));
  });

  test('each feature of each speaker has mean 0 and variance 1', () => {
    const one = selectRows(adaptTable(table), ({ speaker }) => speaker === '02');
    const { mean, variance } = speakerStatistics([one.values], SIZE);
    mean.forEach((value) => expect(value).toBeCloseTo(0, 5));
    variance.forEach((value) => expect(value).toBeCloseTo(1, 5));
  });

  test('a feature that is constant for a speaker becomes 0', () => {
    const constant = { ...table, values: table.values.map(() => 3) };
    expect(adaptTable(constant).values.every((value) => value === 0)).toBe(true);
  });

  test('frames count each, clips do not', () => {
    const { clips, mean, variance } = speakerStatistics([[0, 0, 0], [4]], 1);
    expect([clips, ...mean, ...variance]).toEqual([2, 1, 3]);
  });
});

describe('the prior', () => {
  test('knows the mean, the variance within speakers, and the clips that their own mean needs', () => {
    const { mean, variance, clips } = fitSpeakerPrior(randomSpeakers({ speakers: 400, offset: 2 }));
    expect(mean[0]).toBeCloseTo(5, 0);
    expect(variance[0]).toBeCloseTo(0.95, 1); // population variance of 20 clips
    expect(clips[0]).toBeCloseTo(1 / 4, 1); // variance of clips 1, of speakers 4
    expect(mean[1]).toBeCloseTo(7, 9);
    expect([variance[1], clips[1]]).toEqual([0, 0]);
  });

  test('takes a clip of many frames for one clip', () => {
    const { variance, clips } = fitSpeakerPrior(randomSpeakers({ speakers: 400, offset: 1, frames: 50 }));
    expect(variance[0]).toBeCloseTo(1.95, 1); // of clips .95, of frames 1
    expect(clips[0]).toBeCloseTo(1, 0);
  });

  test('does not look at labels, nor at augmented copies', () => {
    const copies = syntheticTable(4, [0, 1]);
    const relabelled = { ...copies, clips: copies.clips.map((clip) => ({ ...clip, emotion: 'calm', gender: null })) };
    expect(fitSpeakerPrior(relabelled)).toEqual(fitSpeakerPrior(copies));
    const recorded = selectRows(copies, ({ copy }) => copy === 0);
    expect(fitSpeakerPrior(copies)).toEqual(fitSpeakerPrior(recorded));
    const groups = dealtGroups(copies, 3, 1);
    expect(adaptTable(relabelled, fitSpeakerPrior(copies), groups)).toMatchObject({ values: adaptTable(copies, fitSpeakerPrior(copies), groups).values }); // prettier-ignore
    expect(adaptForTraining(relabelled, fitSpeakerPrior(copies), 1).values).toEqual(adaptForTraining(copies, fitSpeakerPrior(copies), 1).values); // prettier-ignore
  });

  test('needs two speakers with two clips each', () => {
    const one = selectRows(table, ({ speaker }) => speaker === '01');
    expect(() => fitSpeakerPrior(one)).toThrow('at least two speakers, two of each; there is 1 such speaker.');
    const first = speakerGroups(table).map((group, i, all) => all.indexOf(group) === i);
    expect(() => fitSpeakerPrior(selectRows(table, (_, i) => first[i]))).toThrow('there are none');
  });
});

describe('with a prior', () => {
  const prior = { mean: [10], variance: [4], clips: [3] };

  test('one clip is shrunk towards the training speakers as the formula says', () => {
    const [value] = standardise([18], speakerStatistics([[18]], 1), prior);
    const mean = (1 * 18 + 3 * 10) / 4;
    const variance = (1 * 0 + VARIANCE_CLIPS * 4) / (1 + VARIANCE_CLIPS);
    expect(value).toBeCloseTo((18 - mean) / Math.sqrt(variance), 6);
  });

  test('with many clips the own statistics decide', () => {
    const clips = Array.from({ length: 5000 }, (_, i) => [20 + (i % 2 === 0 ? 1 : -1)]);
    expect(standardise([21], speakerStatistics(clips, 1), prior)[0]).toBeCloseTo(1, 2);
  });

  test('a feature in which training speakers do not differ keeps their mean; a constant one is only centred', () => {
    const alike = { mean: [10, 7], variance: [4, 0], clips: [1e6, 0] };
    const clips = [[12, 7.5], [14, 7.5]]; // prettier-ignore
    const [value, constant] = standardise([12, 8], speakerStatistics(clips, 2), alike);
    expect(value).toBeCloseTo(2 / Math.sqrt((2 * 1 + VARIANCE_CLIPS * 4) / (2 + VARIANCE_CLIPS)), 3);
    expect(constant).toBeCloseTo(0.5, 6);
  });

  test('the error of the speaker’s mean falls with the clips, and never exceeds that of the training mean', () => {
    const known = randomSpeakers({ speakers: 300, offset: 1 });
    const fitted = fitSpeakerPrior(known);
    const meanOf = (rows: number[][]) => standardise([0, 0], speakerStatistics(rows, 2), { ...fitted, variance: [0, 0] })[0]; // prettier-ignore
    const errors = [0, 1, 4, 10].map((clips) => {
      let sum = 0;
      for (let speaker = 0; speaker < 300; speaker++) {
        const rows = Array.from({ length: 20 }, (_, i) => [...tableVector(known, 20 * speaker + i)]);
        const truth = rows.reduce((total, [value]) => total + value / 20, 0);
        const guess = clips === 0 ? fitted.mean[0] : -meanOf(rows.slice(0, clips));
        sum += (guess - truth) ** 2;
      }
      return sum;
    });
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
  });
});

describe('groups', () => {
  test('speakers are dealt at random into groups of one size, each by a stream of its own', () => {
    const groups = dealtGroups(table, 5, 1);
    const sizes = new Map<string, number>();
    for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
    expect(sizes.size).toBe(4 * 4); // 16 clips of a speaker in groups of 5 at most
    expect([...sizes.values()].every((size) => size === 4)).toBe(true);
    table.clips.forEach(({ speaker }, i) => expect(groups[i]).toContain(`/${speaker}/`));
    expect(dealtGroups(table, 5, 2)).not.toEqual(groups);
    const few = selectRows(table, ({ speaker }) => speaker !== '01');
    expect(dealtGroups(few, 5, 1)).toEqual(groups.filter((_, i) => table.clips[i].speaker !== '01'));
  });

  test('a speaker’s clips change nothing in another’s rows', () => {
    const prior = fitSpeakerPrior(table);
    const huge = { ...table, values: table.values.slice() };
    huge.clips.forEach(({ speaker }, row) => speaker === '03' && tableVector(huge, row).fill(1e9));
    const others = (adapted: FeatureTable) => selectRows(adapted, ({ speaker }) => speaker !== '03').values;
    for (const adapt of [
      (one: FeatureTable) => adaptTable(one, prior),
      (one: FeatureTable) => adaptTable(one, prior, dealtGroups(one, 4, 1)),
      (one: FeatureTable) => adaptForTraining(one, prior, 1),
    ]) {
      expect(others(adapt(huge))).toEqual(others(adapt(table)));
    }
  });

  test('augmented copies are standardised as recordings of their own', () => {
    const copies = syntheticTable(2, [0, 1]);
    const huge = { ...copies, values: copies.values.slice() };
    huge.clips.forEach(({ copy }, row) => copy === 1 && tableVector(huge, row).fill(1e9));
    const recorded = (adapted: FeatureTable) => selectRows(adapted, ({ copy }) => copy === 0).values;
    expect(recorded(adaptTable(huge))).toEqual(recorded(adaptTable(copies)));
  });

  test('training has rows in small and in large groups', () => {
    const prior = { mean: new Array<number>(SIZE).fill(0), variance: new Array<number>(SIZE).fill(1), clips: new Array<number>(SIZE).fill(1) }; // prettier-ignore
    const own = adaptTable(table, prior, table.clips.map(({ id }) => id)); // prettier-ignore
    const trained = adaptForTraining(table, prior, 1);
    const alone = table.clips.filter((_, row) => tableVector(trained, row).every((value, i) => value === tableVector(own, row)[i])); // prettier-ignore
    expect(alone).toHaveLength(4 * 2); // an eighth of the clips of each of four speakers
  });
});
