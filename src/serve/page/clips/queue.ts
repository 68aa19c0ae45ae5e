import { analyse } from './analyse.ts';
import type { PageClip, Place } from './clip.ts';
import type { Device } from '../device/device.ts';
import type { Server } from '../server.ts';

export interface Queue {
  /** Analyses clips after those already waiting; those of one speaker together. */
  add(clips: readonly PageClip[]): void;
  /** Drops waiting clips; running ones continue. */
  stop(): void;
}

/** Number of clips analysed at once: one in the worker, several on the server. */
const ABREAST: Record<Place, number> = { device: 1, server: 3 };

const STOPPED = { code: 'stopped', message: 'you stopped it' };

/** @param onChange  called whenever a clip begins, is done, or is dropped */
export function createQueue(where: { device: Device; server: Server }, onChange: (clip: PageClip) => void): Queue {
  let waiting: PageClip[] = [];
  let stopped = new AbortController();
  const running = new Set<PageClip>();

  const next = (): void => {
    const first = waiting[0];
    if (!first || running.size >= ABREAST[first.place]) return;
    const { speaker } = first.choice;
    const job = speaker === undefined ? [first] : waiting.filter((clip) => clip.place === first.place && clip.choice.speaker === speaker); // prettier-ignore
    waiting = waiting.filter((clip) => !job.includes(clip));
    for (const clip of job) {
      running.add(clip);
      clip.state = 'running';
      onChange(clip);
    }
    analyse(job, where, stopped.signal)
      .catch(() => job.map(({ name }) => ({ file: name, error: STOPPED })))
      .then((answers) => {
        for (const [i, clip] of job.entries()) {
          clip.answer = answers[i];
          clip.state = 'done';
          running.delete(clip);
        }
        for (const clip of job) onChange(clip);
        next();
      });
    next();
  };
  return {
    add: (clips) => {
      waiting = [...waiting.filter((clip) => !clips.includes(clip)), ...clips];
      next();
    },
    stop: () => {
      const given = waiting;
      waiting = [];
      stopped.abort();
      stopped = new AbortController();
      for (const clip of given) {
        clip.state = 'done';
        clip.answer = { file: clip.name, error: STOPPED };
        onChange(clip);
      }
    },
  };
}
