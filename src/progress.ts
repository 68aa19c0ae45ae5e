import { SingleBar } from 'cli-progress';
import { printableName } from './printable.ts';

export interface Progress {
  /** Moves on by `steps` (1) and shows `note` beside the bar. */
  tick(note?: string, steps?: number): void;
  stop(): void;
}

/** A progress bar with rate and ETA on stderr; a line every ten seconds where stderr is not a terminal. */
export function showProgress(label: string, total: number, start = 0): Progress {
  const bar = new SingleBar({
    format: `${label} [{bar}] {percentage}% {value}/{total}, {eta_formatted} left {note}`,
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
