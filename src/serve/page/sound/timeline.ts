import type { Span } from '../../../features/windows.ts';
import { type EmotionVerdict, shortHeadline } from '../../predict/verdict.ts';
import { button, h, svg } from '../dom.ts';
import { duration, percent, verdictWords } from '../words.ts';

export type TimelineWindow = Span & EmotionVerdict;

/** A period in which one emotion is the most probable, the models are not sure, or nobody speaks. */
export interface Stretch extends Pick<EmotionVerdict, 'sure' | 'headline'> {
  from: number;
  to: number;
  /** Null if the models are not sure, or nobody speaks. */
  emotion: string | null;
  /** Mean probability of that emotion over its windows; null without one. */
  confidence: number | null;
}

/** Each window covers the time around its middle, up to halfway to its neighbours' middles. */
export function windowEdges(windows: readonly Span[], seconds: number): number[] {
  const middles = windows.map(({ start, end }) => (start + end) / 2);
  return [0, ...middles.slice(1).map((middle, i) => (middles[i] + middle) / 2), seconds];
}

/** Merges neighbouring windows of the same emotion, and those of which the models are not sure. */
export function stretches(windows: readonly TimelineWindow[], seconds: number): Stretch[] {
  const edges = windowEdges(windows, seconds);
  const found: (Stretch & { count: number })[] = [];
  windows.forEach((window, i) => {
    const { sure } = window;
    const { emotion, confidence, headline } =
      sure === false
        ? { emotion: null, confidence: null, headline: 'Not sure' }
        : { ...window, headline: shortHeadline(window) };
    const last = found.at(-1);
    if (last?.headline === headline) {
      last.to = edges[i + 1];
      if (last.confidence !== null && confidence !== null) {
        last.confidence = (last.confidence * last.count + confidence) / (last.count + 1);
      }
      last.count++;
    } else found.push({ from: edges[i], to: edges[i + 1], emotion, confidence, sure, headline, count: 1 });
  });
  return found.map(({ count: _, ...stretch }) => stretch);
}

/** The window that covers a moment. */
export function windowAt(windows: readonly TimelineWindow[], seconds: number, moment: number): TimelineWindow {
  const edges = windowEdges(windows, seconds);
  const index = edges.findIndex((edge) => moment < edge) - 1;
  return windows[index < 0 ? windows.length - 1 : index];
}

/** The probabilities over time, stacked. Width and height are 1. */
export function probabilityAreas(windows: readonly TimelineWindow[], seconds: number): SVGSVGElement {
  const middles = windows.map(({ start, end }) => (start + end) / 2 / seconds);
  const at = [0, ...middles, 1];
  const below = new Float64Array(at.length);
  const areas = Object.keys(windows[0].probabilities).map((emotion) => {
    const values = windows.map(({ probabilities }) => probabilities[emotion]);
    const heights = [values[0], ...values, values[values.length - 1]];
    const lower = at.map((x, i) => `${x.toFixed(5)},${(1 - below[i]).toFixed(4)}`);
    heights.forEach((height, i) => (below[i] += height));
    const upper = at.map((x, i) => `${x.toFixed(5)},${Math.max(0, 1 - below[i]).toFixed(4)}`);
    return svg('polygon', { 'data-emotion': emotion, points: [...lower, ...upper.reverse()].join(' ') });
  });
  return svg(
    'svg',
    {
      class: 'areas',
      viewBox: '0 0 1 1',
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': 'Probabilities of the emotions over time; the table below has them in words',
    },
    ...areas,
  );
}

/** A button for each stretch, with a width proportional to its length, that seeks to it. */
export function stretchButtons(
  parts: readonly Stretch[],
  seconds: number,
  goTo: (seconds: number) => void,
): HTMLElement {
  const items = parts.map((part) => {
    const { from, to, emotion, headline } = part;
    const label = `${duration(from)} to ${duration(to)}: ${verdictWords(part)}`;
    const go = button('', () => goTo(from), {
      'data-emotion': emotion ?? undefined,
      'aria-label': `Go to ${label}`,
      title: label,
    });
    go.append(h('span', { class: 'swatch' }), h('span', { class: 'stretch-name' }, headline));
    const item = h('li', {}, go);
    item.style.width = `${(100 * (to - from)) / seconds}%`;
    return item;
  });
  return h('ol', { class: 'stretches', 'aria-label': 'Emotion timeline' }, ...items);
}

/** The same as a table. */
export function timelineTable(windows: readonly TimelineWindow[]): HTMLElement {
  const rows = windows.map(({ start, end, ...verdict }) => {
    const { emotion, confidence, sure } = verdict;
    return h(
      'tr',
      {},
      h('td', {}, `${start.toFixed(1)} – ${end.toFixed(1)} s`),
      h(
        'td',
        { 'data-emotion': emotion ?? undefined },
        sure !== false && h('span', { class: 'swatch' }),
        shortHeadline(verdict),
      ),
      h('td', { class: 'number' }, confidence === null ? '' : percent(confidence)),
    );
  });
  const head = ['Window', 'Emotion', 'Probability'].map((name) =>
    h('th', { scope: 'col', class: name === 'Probability' && 'number' }, name),
  );
  return h(
    'details',
    {},
    h('summary', {}, 'Timeline as a table'),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Timeline as a table' },
      h('table', { class: 'plain' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
    ),
  );
}
