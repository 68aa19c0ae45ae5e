import { capital } from '../../../words.ts';
import type { TimeShares } from '../../timeline/segment.ts';
import { h } from '../dom.ts';
import { duration } from '../words.ts';

/** Seconds of each answer that somebody spoke with, in the order of the labels; of those that are not sure, without an emotion, at the end. */
export function sharesOf({ emotions, notSure }: TimeShares): { emotion?: string; name: string; seconds: number }[] {
  const named = Object.entries(emotions).map(([emotion, seconds]) => ({ emotion, name: emotion, seconds }));
  return [...named, { name: 'not sure', seconds: notSure }].filter(({ seconds }) => seconds > 0);
}

/** `31.0 s neutral, 12.4 s angry, 20.0 s not sure` */
export const shareWords = (shares: ReturnType<typeof sharesOf>): string =>
  shares.map(({ name, seconds }) => `${duration(seconds)} ${name}`).join(', ');

/** A list with a bar for each share of the speech. */
export function shareBars(): { element: HTMLElement; show(shares: TimeShares): void } {
  const element = h('ul', { class: 'shares', 'aria-label': 'Share of the speech' });
  return {
    element,
    show: (shares) => {
      const rows = sharesOf(shares).map(({ emotion, name, seconds }) => {
        const bar = h('span', { class: 'share-bar', 'data-emotion': emotion });
        bar.style.width = `${(100 * seconds) / shares.speech}%`;
        return h('li', {}, h('span', {}, capital(name)), bar, h('span', {}, duration(seconds)));
      });
      element.replaceChildren(...rows);
    },
  };
}
