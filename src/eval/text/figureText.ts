import type { Interval } from '../statistics/bootstrap.ts';
import type { OverSeeds } from '../statistics/seeds.ts';

/** A figure, and in brackets its interval where there is one. */
export function withInterval(value: number, interval: Interval | null): string {
  return `${value.toFixed(3)}${interval ? ` [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]` : ''}`;
}

/** Mean ± standard deviation, where there are several seeds, and the interval, where there is one. */
export function overSeedsText({ mean, sd, interval }: OverSeeds & { interval?: Interval | null }): string {
  const [value, ...brackets] = withInterval(mean, interval ?? null).split(/(?= \[)/);
  return `${value}${sd === null ? '' : ` ± ${sd.toFixed(3)}`}${brackets.join('')}`;
}

/** A difference with its sign, and in brackets its interval where there is one. */
export function change(difference: number, interval: Interval | null = null): string {
  return `${signed(difference)}${interval ? ` [${signed(interval.low)}, ${signed(interval.high)}]` : ''}`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
