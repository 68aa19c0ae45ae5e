import type { TopLevelSpec } from 'vega-lite';

/** A Vega-Lite specification with its data inside: what every chart function gives. */
export type ChartSpec = TopLevelSpec;

/** Okabe and Ito's palette: told apart with any colour vision; the first three also in grey. */
export const SERIES_COLOURS = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#D55E00', '#56B4E9'] as const;
/** From quiet to loud, evenly in brightness: matplotlib's magma. */
export const MAGMA = [
  '#000004',
  '#1d1147',
  '#51127c',
  '#832681',
  '#b63679',
  '#e65164',
  '#fb8861',
  '#fec287',
  '#fcfdbf',
];
export const INK = '#1f2933';
export const FAINT = '#98a2ad';

/** What a chart says above its plot. */
export interface ChartText {
  /** What is shown, of which model. */
  title: string;
  /** Protocol and number of clips: a figure never travels without them. */
  subtitle: string;
}

/** `title` of a specification. */
export function heading({ title, subtitle }: ChartText) {
  return { text: title, subtitle, anchor: 'start', frame: 'group' } as const;
}

/** White ground and the font that the PNGs are drawn with; Verdana has nearly its widths where an SVG is shown without it. */
export const CHART_BASE = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'white',
  padding: 16,
  config: {
    font: 'DejaVu Sans, Verdana, sans-serif',
    title: { fontSize: 16, color: INK, subtitleFontSize: 12, subtitleColor: '#52606d', subtitlePadding: 6, offset: 14 },
    axis: {
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 'bold',
      labelColor: INK,
      titleColor: INK,
      gridColor: '#e4e7eb',
      domainColor: FAINT,
      tickColor: FAINT,
      titlePadding: 10,
    },
    legend: { labelFontSize: 12, titleFontSize: 12, labelColor: INK, titleColor: INK, symbolSize: 120 },
    header: { labelFontSize: 13, labelFontWeight: 'bold', labelColor: INK, titleColor: INK },
    view: { stroke: null },
  },
} as const;
