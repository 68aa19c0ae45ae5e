import type { TopLevelSpec } from 'vega-lite';

/** A Vega-Lite specification including its data: the result of every chart function. */
export type ChartSpec = TopLevelSpec;

/** Okabe and Ito's palette: distinguishable with any colour vision; the first three in grey too. */
export const SERIES_COLOURS = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#D55E00', '#56B4E9'] as const;
/** From low to high, with uniform steps in lightness: matplotlib's magma. */
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

/** Colour of a cell by a share from 0 to 1: light for 0, dark for 1. */
export function shadeBy(field: string) {
  const scale = { range: ['#f3f6f9', '#9ecae1', '#3182bd', '#08306b'], domain: [0, 1 / 3, 2 / 3, 1] };
  return { field, type: 'quantitative', scale, legend: null } as const;
}

/**
 * Colour of the figure in such a cell: white on dark cells, faint for zero, so that the rest stands out.
 * @param isNothing  an expression of Vega
 */
export function figureBy(field: string, isNothing: string) {
  return {
    condition: [
      { test: isNothing, value: FAINT },
      { test: `datum.${field} > 0.6`, value: 'white' },
    ],
    value: INK,
  };
}

/** The text above a chart. */
export interface ChartText {
  /** What is shown, and of which model. */
  title: string;
  /** Protocol and number of clips, without which no figure is shown. */
  subtitle: string;
}

/** `title` of a specification. */
export function heading({ title, subtitle }: ChartText) {
  return { text: title, subtitle, anchor: 'start', frame: 'group' } as const;
}

/** White background and the font of the PNGs; if an SVG is shown without that font, Verdana has nearly the same widths. */
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
