import { CHART_BASE, type ChartSpec, type ChartText, heading, SERIES_COLOURS } from './chartTheme.ts';

/** A searched option: a range of numbers, or choices. */
export type SearchedOption = { low: number; high: number; scale: 'linear' | 'log' } | { choices: readonly unknown[] };

export interface TuningChartData extends ChartText {
  /** By the name that is shown. */
  options: Readonly<Record<string, SearchedOption>>;
  folds: readonly {
    name: string;
    trials: readonly { trial: number; share: number; uar: number; values: Readonly<Record<string, unknown>> }[];
  }[];
}

const FULL = 'full budget';
const SIZE = { width: 300, height: 190 };

/** The best UAR so far by trial, then the UAR of every trial against each searched option; a colour per fold. */
export function tuningChart({ options, folds, ...text }: TuningChartData): ChartSpec {
  const points = folds.flatMap(({ name: fold, trials }) =>
    trials.map(({ trial, share, uar, values }) => ({
      fold,
      trial,
      uar,
      budget: budgetText(share),
      ...shown(values, options),
    })),
  );
  const budgets = [...new Set([FULL, ...points.map(({ budget }) => budget)])];
  const figures = points.map(({ uar }) => uar);
  const y = {
    field: 'uar',
    type: 'quantitative' as const,
    scale: { domain: [Math.min(...figures), Math.max(...figures)], zero: false, nice: true, padding: 8 },
    axis: { title: 'UAR on inner folds', format: '.2f', tickCount: 5, domain: false, ticks: false },
  };
  const isColoured = folds.length > 1 && folds.length <= SERIES_COLOURS.length;
  const color = isColoured
    ? ({
        field: 'fold',
        type: 'nominal',
        scale: { domain: folds.map(({ name }) => name), range: SERIES_COLOURS.slice(0, folds.length) },
        legend: { title: null, orient: 'bottom' },
      } as const)
    : ({ value: SERIES_COLOURS[0] } as const);
  const marks = {
    shape: {
      field: 'budget',
      type: 'nominal' as const,
      scale: { domain: budgets, range: ['circle', 'triangle-up', 'cross'].slice(0, budgets.length) },
      legend: budgets.length > 1 ? { title: null, orient: 'bottom' as const } : null,
    },
    opacity: { condition: { test: `datum.budget === '${FULL}'`, value: 0.85 }, value: 0.4 },
    tooltip: ['fold', 'trial', 'budget', ...Object.keys(options), 'uar'].map((field) => ({ field: escaped(field) })),
  };
  const panels = Object.entries(options).map(([name, option]) => ({
    ...SIZE,
    data: { values: points.filter((point) => isShown(option, (point as Record<string, unknown>)[name])) },
    mark: { type: 'point' as const, filled: true, size: 50 },
    encoding: { x: xOf(name, option), y, color, ...marks },
  }));
  return {
    ...CHART_BASE,
    title: { ...heading(text), frame: 'bounds' },
    columns: Math.min(3, 1 + panels.length),
    spacing: 24,
    concat: [
      {
        ...SIZE,
        data: { values: bestSoFar(folds) },
        layer: [
          {
            data: { values: points.filter(({ budget }) => budget === FULL) },
            mark: { type: 'point' as const, size: 25, filled: true, opacity: 0.6 },
            encoding: {
              x: { field: 'trial', type: 'quantitative' as const, scale: { nice: false, zero: false, padding: 6 } },
              y,
              color,
            },
          },
          {
            mark: { type: 'line' as const, interpolate: 'step-after' as const, strokeWidth: 2 },
            encoding: {
              x: {
                field: 'trial',
                type: 'quantitative' as const,
                scale: { nice: false, zero: false, padding: 6 },
                axis: { title: 'trial (line: best so far)', format: 'd', tickMinStep: 1, grid: false },
              },
              y,
              color,
              detail: { field: 'fold', type: 'nominal' as const },
            },
          },
        ],
      },
      ...panels,
    ],
  };
}

const budgetText = (share: number): string => (share === 1 ? FULL : `1/${Math.round(1 / share)} of the budget`);

/** Values for an axis: choices and words as text. */
function shown(
  values: Readonly<Record<string, unknown>>,
  options: TuningChartData['options'],
): Record<string, string | number> {
  const isNumber = (name: string, value: unknown): value is number =>
    typeof value === 'number' && !('choices' in options[name]);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isNumber(name, value) ? value : textOf(value)]),
  );
}

const textOf = (value: unknown): string => [value].flat().map(String).join('/');

/** A word such as `scale` has no place on an axis of numbers. */
const isShown = (option: SearchedOption, value: unknown): boolean => 'choices' in option || typeof value === 'number';

function xOf(name: string, option: SearchedOption) {
  const field = escaped(name);
  if ('choices' in option) {
    const axis = { title: name, labelAngle: 0, labelLimit: 90, grid: false };
    return { field, type: 'nominal' as const, sort: option.choices.map(textOf), axis };
  }
  const { low, high, scale } = option;
  const axis = { title: name, grid: false, tickCount: 5 };
  return { field, type: 'quantitative' as const, scale: { type: scale, domain: [low, high], clamp: true, nice: false, padding: 6 }, axis }; // prettier-ignore
}

/** A dot in a field's name would lead into an object. */
const escaped = (field: string): string => field.replaceAll('.', '\\.');

/** The best figure of the trials with the full budget up to each of them. */
function bestSoFar(folds: TuningChartData['folds']): { fold: string; trial: number; uar: number }[] {
  return folds.flatMap(({ name: fold, trials }) => {
    let best = -Infinity;
    const full = trials.filter(({ share }) => share === 1).sort((a, b) => a.trial - b.trial);
    return full.map(({ trial, uar }) => ({ fold, trial, uar: (best = Math.max(best, uar)) }));
  });
}
