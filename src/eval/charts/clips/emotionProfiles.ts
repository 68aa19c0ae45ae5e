import { type Gender, GENDERS } from '../../../data/clip.ts';
import { type FeatureTable, tableVector, timeMeans } from '../../../data/tables/table.ts';
import { SerError } from '../../../error.ts';
import { mean } from '../../statistics/mean.ts';
import { CHART_BASE, type ChartSpec, type ChartText, heading, INK } from '../chartTheme.ts';

/** Mean of a feature over an emotion's clips, relative to all clips of the same speakers. */
export interface EmotionProfile {
  gender: Gender;
  emotion: string;
  feature: string;
  /** Mean over the clips, in standard deviations of the speaker's own clips. */
  shift: number;
}

/**
 * Changes of features (for frames: of their means over time) between emotions. Every clip is compared with its own speaker (z-score over the speaker's clips), so that
 * constant properties of a voice cancel out.
 * @param features  names of the table's columns
 * @returns one entry for every gender, emotion and feature with clips
 * @throws {SerError} `table` for a name that the table does not have
 * @example
 * const table = await readTable('data/features/ravdess-librosa186.parquet');
 * const profiles = emotionProfiles(table, ['rms_mean']);
 * profiles.find(({ gender, emotion }) => gender === 'female' && emotion === 'angry') // → { shift: 1.13 }
 */
export function emotionProfiles(table: FeatureTable, features: readonly string[]): EmotionProfile[] {
  const columns = features.map((feature) => {
    const column = table.names.indexOf(feature);
    if (column < 0) throw new SerError('table', `the table has no feature "${feature}".`);
    return column;
  });
  const vectors = timeMeans(table);
  const shifts = table.clips.map(() => columns.map(() => 0));
  for (const speaker of new Set(table.clips.map((clip) => clip.speaker))) {
    const rows = table.clips.flatMap((clip, row) => (clip.speaker === speaker ? [row] : []));
    columns.forEach((column, f) => {
      const values = rows.map((row) => tableVector(vectors, row)[column]);
      const centre = mean(values);
      const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
      rows.forEach((row, i) => (shifts[row][f] = deviation > 0 ? (values[i] - centre) / deviation : 0));
    });
  }
  return GENDERS.flatMap((gender) =>
    table.labels.flatMap((emotion) => {
      const own = shifts.filter((_, row) => table.clips[row].gender === gender && table.clips[row].emotion === emotion);
      if (own.length === 0) return [];
      return features.map((feature, f) => ({ gender, emotion, feature, shift: mean(own.map((row) => row[f])) }));
    }),
  );
}

export interface EmotionProfilesChartData extends ChartText {
  profiles: readonly EmotionProfile[];
}

const CELL = { width: 58, height: 34 };

/**
 * Profiles as one heat map per gender: emotions × features, red above the speaker's mean and blue below it.
 * @example
 * const table = await readTable('data/features/ravdess-librosa186.parquet');
 * const profiles = emotionProfiles(table, ['rms_mean']);
 * emotionProfilesChart({ profiles, title: 'Loudness' }).$schema // → 'https://vega.github.io/schema/vega-lite/v6.json'
 */
export function emotionProfilesChart({ profiles, ...text }: EmotionProfilesChartData): ChartSpec {
  const genders = GENDERS.filter((gender) => profiles.some((profile) => profile.gender === gender));
  const largest = Math.max(0.1, ...profiles.map(({ shift }) => Math.abs(shift)));
  const features = [...new Set(profiles.map(({ feature }) => feature))];
  const emotions = [...new Set(profiles.map(({ emotion }) => emotion))];
  const panel = (gender: Gender) => ({
    title: { text: `${gender} voices`, fontSize: 13, anchor: 'start' as const, frame: 'group' as const, offset: 8 },
    width: CELL.width * features.length,
    height: CELL.height * emotions.length,
    transform: [{ filter: `datum.gender === '${gender}'` }],
    encoding: {
      x: {
        field: 'feature',
        type: 'nominal' as const,
        sort: features,
        axis: { title: null, orient: 'bottom' as const, labelAngle: -35, labelLimit: 0, domain: false, ticks: false },
      },
      y: {
        field: 'emotion',
        type: 'nominal' as const,
        sort: emotions,
        axis: { title: null, domain: false, ticks: false, labelPadding: 8 },
      },
    },
    layer: [
      {
        mark: { type: 'rect' as const, stroke: 'white', strokeWidth: 2 },
        encoding: {
          color: {
            field: 'shift',
            type: 'quantitative' as const,
            scale: { domain: [-largest, 0, largest], range: ['#0072B2', '#f7f7f7', '#D55E00'] },
            legend: { title: ['standard', 'deviations'], format: '+.1f', gradientLength: 200 },
          },
          tooltip: ['gender', 'emotion', 'feature', 'shift'].map((field) => ({ field })),
        },
      },
      {
        mark: { type: 'text' as const, fontSize: 11 },
        encoding: {
          text: { field: 'text' },
          color: { condition: { test: `abs(datum.shift) > ${0.75 * largest}`, value: 'white' }, value: INK },
        },
      },
    ],
  });
  return {
    ...CHART_BASE,
    title: { ...heading(text), frame: 'bounds' },
    data: { values: profiles.map((profile) => ({ ...profile, shift: Number(profile.shift.toFixed(3)), text: signed(profile.shift) })) }, // prettier-ignore
    spacing: 24,
    vconcat: genders.map(panel),
  };
}

/** One decimal with its sign; without a sign if it rounds to zero. */
function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return text === '0.0' ? text : `${value < 0 ? '−' : '+'}${text}`;
}
