import cliProgress, { type Options, type Params } from 'cli-progress';
import { printableName } from './messages/printable.ts';

const { Format, SingleBar } = cliProgress;

export interface Progress {
  /** Advances by `steps` (default 1) and shows `note` beside the bar. */
  tick(note?: string, steps?: number): void;
  stop(): void;
}

/** Steps by whose times the rest is estimated. */
const MEASURED = 50;

/** A progress bar with the remaining time on stderr; one line every ten seconds if stderr is not a terminal. */
export function showProgress(label: string, total: number, start = 0): Progress {
  // By a clock that no change of the system's time moves: that of the library is the system's.
  const measured = [{ value: start, at: performance.now() }];
  const secondsLeft = (): number => {
    const [first, last] = [measured[0], measured.at(-1)!];
    return Math.ceil(((total - last.value) * (last.at - first.at)) / (last.value - first.value) / 1000);
  };
  const bar = new SingleBar({
    format: (options, params, payload: { note: string }) =>
      progressLine(label, { ...params, eta: secondsLeft() }, start, payload.note, options),
    stream: process.stderr,
    barsize: 24,
    hideCursor: false,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  bar.start(total, start, { note: '' });
  return {
    tick: (note = '', steps = 1) => {
      measured.push({ value: measured.at(-1)!.value + steps, at: performance.now() });
      if (measured.length > MEASURED) measured.shift();
      bar.increment(steps, { note: printableName(note) });
    },
    stop: () => bar.stop(),
  };
}

/**
 * The text of a bar. The remaining time is omitted until something has been measured, and at the end.
 * @param start  number of steps done before
 */
export function progressLine(
  label: string,
  { progress, value, total, eta }: Pick<Params, 'progress' | 'value' | 'total' | 'eta'>,
  start: number,
  note: string,
  options: Options,
): string {
  const bar = Format.BarFormat(progress, options);
  const isKnown = value > start && value < total && Number.isFinite(eta);
  const left = isKnown ? `, ${Format.TimeFormat(eta, options, 1)} left` : '';
  return `${label} [${bar}] ${Math.floor(100 * progress)}% ${value}/${total}${left} ${note}`.trimEnd();
}
