import { CHART_BASE, type ChartSpec, type ChartText, heading, SERIES_COLOURS } from './chartTheme.ts';

export interface EmotionCount {
  emotion: string;
  voice: string;
  clips: number;
}

/** Numbers of clips by predicted emotion, as bars stacked by voice: predictions, not true labels. */
export function emotionCountsChart({ counts, ...text }: ChartText & { counts: readonly EmotionCount[] }): ChartSpec {
  const values = counts.filter(({ clips }) => clips > 0);
  const emotions = [...new Set(counts.map(({ emotion }) => emotion))];
  const kinds = [...new Set(counts.map(({ voice }) => voice))];
  const voices = kinds.filter((voice) => values.some((count) => count.voice === voice));
  return {
    ...CHART_BASE,
    title: heading(text),
    width: 480,
    height: { step: 34 },
    data: { values },
    mark: { type: 'bar' },
    encoding: {
      x: {
        field: 'clips',
        type: 'quantitative',
        axis: { title: 'clips', tickMinStep: 1, format: 'd', domain: false, ticks: false },
      },
      y: {
        field: 'emotion',
        type: 'nominal',
        sort: emotions,
        scale: { domain: emotions },
        axis: { title: 'predicted emotion', ticks: false, labelPadding: 8 },
      },
      color: {
        field: 'voice',
        type: 'nominal',
        sort: voices,
        scale: { domain: voices, range: voices.map((voice) => SERIES_COLOURS[kinds.indexOf(voice)]) },
        legend: { title: 'voice', orient: 'bottom', direction: 'horizontal', offset: 12 },
      },
      tooltip: [{ field: 'emotion' }, { field: 'voice' }, { field: 'clips', type: 'quantitative' }],
    },
  };
}
