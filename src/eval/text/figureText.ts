import type { Metric } from '../metrics/metric.ts';
import { METRICS } from '../metrics/metrics.ts';
import type { Estimate, Interval } from '../statistics/bootstrap.ts';
import type { ReportContext } from '../reports/report.ts';
import { describeOverlap } from '../statistics/overlap.ts';
import type { OverSeeds } from '../statistics/seeds.ts';
import { type IntervalOptions, type PartScores, type SystemScores, wholeOf } from '../systems/scores.ts';
import type { SystemName } from '../systems/systems.ts';
import { codeMarkdown } from './markdown.ts';

/** The protocol in bold, its description, and what training and test share; shown with all figures. */
export function protocolLine(protocol: string, { description, overlap }: Omit<ReportContext, 'notes'>): string {
  return `**Protocol ${codeMarkdown(protocol)}.** ${description} ${describeOverlap(overlap)}`;
}

/** A figure; a dash if it is undefined. */
export const plain = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(3).replace('-', '−'));

const inBrackets = (interval: Interval | null | undefined, shown: (value: number) => string): string =>
  interval ? ` [${shown(interval.low)}, ${shown(interval.high)}]` : '';

/** Mean ± standard deviation for several seeds, and the interval in brackets, if there is one. */
export function overSeedsText({ mean, sd, interval }: OverSeeds & { interval?: Interval | null }): string {
  return `${plain(mean)}${sd === null || Number.isNaN(sd) ? '' : ` ± ${sd.toFixed(3)}`}${inBrackets(interval, plain)}`;
}

/** A difference with its sign, and its interval in brackets, if there is one. */
export function change({ value, interval }: { value: number; interval?: Interval | null }): string {
  return `${signed(value)}${inBrackets(interval, signed)}`;
}

const signed = (value: number): string =>
  Number.isNaN(value) ? '–' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

export const percent = (share: number): string => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`);

/** A share in per cent, with its interval. */
export const percentText = ({ value, interval }: Estimate): string =>
  `${percent(value)}${inBrackets(interval, (end) => (100 * end).toFixed(1))}`;

/** Every metric of a set of clips. */
export const metricTexts = ({ figures }: Pick<PartScores, 'figures'>): string[] =>
  METRICS.map(({ name }) => overSeedsText(figures[name]));

export const METRIC_TITLES = METRICS.map(({ title }) => title);

/** A number of clips; over several seeds a mean, which need not be an integer. */
export const countText = (clips: number): string => (Number.isInteger(clips) ? String(clips) : clips.toFixed(1));

/** All figures of a set of clips in one line, for the terminal. */
export function scoresLine(scores: PartScores): string {
  const texts = metricTexts(scores);
  return `${METRICS.map(({ title }, i) => `${title} ${texts[i]}`).join(', ')} (${countText(scores.correct)} of ${scores.n} clips right)`;
}

/** All figures of systems on all clips, one line each, for the terminal. */
export function systemLines(systems: readonly (Pick<SystemName, 'title'> & SystemScores)[]): string {
  const width = Math.max(...systems.map(({ title }) => title.length));
  return systems.map((system) => `${system.title.padEnd(width)}  ${scoresLine(wholeOf(system))}`).join('\n');
}

/** Explanation of intervals and metrics, for below a table of figures. @param scores  those in the table */
export function explanation(
  { level, resamples, seed }: IntervalOptions,
  scores: readonly Pick<PartScores, 'figures'>[],
): string {
  const several = scores.some(({ figures }) => Object.values(figures).some(({ values }) => values.length > 1));
  const isMissing = ({ name }: Metric): boolean => scores.some(({ figures }) => Number.isNaN(figures[name].mean));
  const missing = METRICS.filter(isMissing);
  const reasons = [...new Set(missing.map(({ undefinedWhen }) => undefinedWhen))].map((reason) => {
    const titles = missing.filter(({ undefinedWhen }) => undefinedWhen === reason).map(({ title }) => title);
    return `${titles.join(', ')} where ${reason}`;
  });
  return [
    `${several ? '± is the standard deviation over the seeds. ' : ''}In brackets: ${100 * level} % intervals, percentile bootstrap over speakers, ${resamples} resamples, seed ${seed}${several ? ', of the mean over the seeds' : ''}.`,
    'They show how much the figures depend on the speakers tested, not on the training.',
    `${METRICS.map(({ title, formula, higherIsBetter }) => `${title}: ${formula}${higherIsBetter ? '' : ' (lower is better)'}`).join('; ')}.`,
    ...(reasons.length > 0 ? [`–: not defined, ${reasons.join('; ')}.`] : []),
  ].join(' ');
}
