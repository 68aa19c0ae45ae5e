import { button, h } from '../dom.ts';

/** Seconds that are visible at the highest zoom. */
const LEAST = 5;

/** Widens what has a time axis, which then scrolls. */
export interface Zoom {
  /** What scrolls; holds the tracks. */
  element: HTMLElement;
  controls: HTMLElement[];
  /** Scrolls to a moment that is out of sight. */
  reveal(moment: number): void;
  /** The keys + and − zoom too. */
  press(event: KeyboardEvent): void;
}

/**
 * @param tracks  with a `.plot` as wide as the recording is long
 * @param moment  the one that stays visible, in seconds
 * @param onZoom  called with the number of times that it is wider than the screen
 */
export function createZoom(
  tracks: HTMLElement,
  seconds: number,
  { moment, onZoom }: { moment: () => number; onZoom: (times: number) => void },
): Zoom {
  const element = h('div', { class: 'zoomed' }, tracks);
  const most = Math.max(1, 2 ** Math.floor(Math.log2(seconds / LEAST)));
  let times = 1;

  /** @param share  of the visible part, at which the moment is then */
  const scrollTo = (to: number, share: number): void => {
    const { offsetLeft, offsetWidth } = tracks.querySelector<HTMLElement>('.plot')!;
    element.scrollLeft = (offsetWidth * to) / seconds - share * (element.clientWidth - offsetLeft);
  };
  const reveal = (to: number): void => {
    if (times === 1) return;
    const { offsetLeft, offsetWidth } = tracks.querySelector<HTMLElement>('.plot')!;
    const at = (offsetWidth * to) / seconds - element.scrollLeft;
    if (at < 0 || at > element.clientWidth - offsetLeft) scrollTo(to, 0.1);
  };
  const zoom = (by: number): void => {
    times = Math.max(1, Math.min(most, times * by));
    tracks.style.width = `${100 * times}%`;
    // A disabled button would lose the focus.
    less.setAttribute('aria-disabled', String(times === 1));
    more.setAttribute('aria-disabled', String(times === most));
    onZoom(times);
    scrollTo(moment(), 0.5);
  };
  const less = button('−', () => zoom(0.5), { 'aria-label': 'Zoom out', title: 'Zoom out (−)', 'aria-disabled': 'true' }); // prettier-ignore
  const more = button('+', () => zoom(2), { 'aria-label': 'Zoom in', title: 'Zoom in (+)', 'aria-disabled': String(most === 1) }); // prettier-ignore
  return {
    element,
    controls: [less, more],
    reveal,
    press: ({ key, ctrlKey, metaKey }) => {
      if (ctrlKey || metaKey) return; // the browser's own zoom
      if (key === '+' || key === '=') zoom(2);
      else if (key === '-' || key === '−') zoom(0.5);
    },
  };
}
