import { analyse } from './analyse.ts';
import type { PageClip, Place } from './clip.ts';
import type { Device } from '../device/device.ts';
import type { Server } from '../server.ts';

export interface Queue {
  /** Analyses clips after those already waiting. */
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
    const clip = waiting[0];
    if (!clip || running.size >= ABREAST[clip.place]) return;
    waiting.shift();
    running.add(clip);
    clip.state = 'running';
    onChange(clip);
    analyse(clip, where, stopped.signal)
      .then(
        (answer) => (clip.answer = answer),
        () => (clip.answer = { file: clip.name, error: STOPPED }),
      )
      .finally(() => {
        clip.state = 'done';
        running.delete(clip);
        onChange(clip);
        next();
      });
    next();
  };
  return {
    add: (clips) => {
      waiting.push(...clips);
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
