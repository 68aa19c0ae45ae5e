import type { LiveResult } from '../../timeline/listen.ts';
import { shortHeadline } from '../../predict/verdict.ts';
import { createShareCount, type Segment } from '../../timeline/segment.ts';
import { h } from '../dom.ts';
import { shareBars } from '../sound/timeShares.ts';
import { duration, segmentWords } from '../words.ts';

/** Seconds of the strip. */
const SHOWN = 60;
/** Utterances that are listed; older ones count in the shares only. */
const LISTED = 50;

/** What live sound gives, on the page: the present, a strip of the last minute, the shares of all, and the last utterances. */
export interface LiveView {
  elements: HTMLElement[];
  add(result: LiveResult): void;
  /** Moves the strip to this moment. @param seconds  heard so far */
  move(seconds: number): void;
}

/** @param labels  of the models */
export function createLiveView(labels: readonly string[]): LiveView {
  const count = createShareCount(labels);
  const now = h('p', { class: 'live-now' }, 'Nobody speaks');
  const time = h('span', { class: 'recorder-time' }, duration(0));
  const head = h('p', { class: 'recorder-head' }, h('span', { class: 'dot', 'aria-hidden': true }), 'Listening ', time);
  const strip = h('div', { class: 'live-strip', role: 'img', 'aria-label': 'The last minute' });
  const shares = shareBars();
  const list = h('div', { class: 'live-list', role: 'log', 'aria-label': 'Utterances', tabindex: 0 });
  let bars: { from: number; to: number; bar: HTMLElement }[] = [];
  let heard = 0;

  function place(): void {
    const begin = Math.max(0, heard - SHOWN);
    bars = bars.filter(({ to, bar }) => {
      if (to < begin) bar.remove();
      return to >= begin;
    });
    for (const { from, to, bar } of bars) {
      bar.style.left = `${(100 * Math.max(0, from - begin)) / SHOWN}%`;
      bar.style.width = `${(100 * (to - Math.max(from, begin))) / SHOWN}%`;
    }
    time.textContent = duration(heard);
  }

  function ended(segment: Segment): void {
    const { start, end, emotion, sure } = segment;
    const known = sure === false ? undefined : (emotion ?? undefined);
    const words = `${duration(start)}  ${segmentWords(segment)}`;
    const bar = h('span', { 'data-emotion': known, title: words });
    bars.push({ from: start, to: end, bar });
    strip.append(bar);
    list.append(h('p', { 'data-emotion': known }, known !== undefined && h('span', { class: 'swatch' }), words));
    while (list.childElementCount > LISTED) list.firstElementChild!.remove();
    list.scrollTop = list.scrollHeight;
    count.add(segment);
    shares.show(count.shares());
  }

  return {
    elements: [head, now, strip, shares.element, list],
    add(result) {
      if (result.type === 'end') return;
      const silent = result.type === 'running' && result.emotion === null;
      now.textContent = silent ? 'Nobody speaks' : shortHeadline(result);
      if (silent || result.sure === false) delete now.dataset.emotion;
      else now.dataset.emotion = result.emotion!;
      if (result.type === 'utterance') ended(result);
    },
    move(seconds) {
      heard = seconds;
      place();
    },
  };
}
