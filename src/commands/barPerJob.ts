import { type Progress, showProgress } from '../progress.ts';

/** One bar after the other; a value that falls (a transfer that starts over) begins a new one. */
export function barPerJob(): {
  at(label: string, value: number | undefined, total: number, note?: string): void;
  stop(): void;
} {
  let current: { label: string; bar: Progress; value: number } | undefined;
  const stop = (): void => current?.bar.stop();
  return {
    stop,
    at(label, value, total, note) {
      const now = Math.floor(value ?? (current?.label === label ? current.value : 0) + 1);
      if (current?.label !== label || now < current.value) {
        stop();
        current = { label, bar: showProgress(label, Math.ceil(total), now), value: now };
      } else if (now > current.value) {
        current.bar.tick(note, now - current.value);
        current.value = now;
      }
    },
  };
}
