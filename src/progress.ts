import cliProgress, { type Options, type Params } from 'cli-progress';
import { printableName } from './messages/printable.ts';

const { Format, SingleBar } = cliProgress;

export interface Progress {
  /** Advances by `steps` (default 1) and shows `note` beside the bar. */
  tick(note?: string, steps?: number): void;
  stop(): void;
}

/** A progress bar with the remaining time on stderr; one line every ten seconds if stderr is not a terminal. */
export function showProgress(label: string, total: number, start = 0): Progress {
  const bar = new SingleBar({
    format: (options, params, payload: { note: string }) => progressLine(label, params, start, payload.note, options),
    stream: process.stderr,
    barsize: 24,
    hideCursor: false,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    etaBuffer: 50,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  bar.start(total, start, { note: '' });
  return {
    tick: (note = '', steps = 1) => bar.increment(steps, { note: printableName(note) }),
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
