import type { EmotionVerdict } from '../../predict/verdict.ts';
import { h } from '../dom.ts';
import { capital } from '../../../words.ts';
import { percent } from '../words.ts';

/** A bar for each probability, always in the same order: a table, so that screen readers can read it. */
export function probabilityBars({ alternatives, probabilities }: EmotionVerdict): HTMLElement {
  const rows = Object.entries(probabilities).map(([emotion, probability]) => {
    const bar = h('span', { class: 'bar' });
    bar.style.width = `${100 * probability}%`;
    return h(
      'tr',
      { 'data-emotion': emotion, class: alternatives.includes(emotion) ? 'best' : undefined },
      h('th', { scope: 'row' }, capital(emotion)),
      h('td', { class: 'bar-cell' }, bar),
      h('td', { class: 'number' }, percent(probability)),
    );
  });
  const head = h('tr', {}, h('th', { scope: 'col' }, 'Emotion'), h('td', {}), h('th', { scope: 'col' }, 'Probability'));
  return h(
    'table',
    { class: 'bars' },
    h('caption', {}, 'Probability of each emotion'),
    h('thead', { class: 'hidden' }, head),
    h('tbody', {}, ...rows),
  );
}
