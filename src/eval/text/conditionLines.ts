import type { Report } from '../reports/report.ts';
import { wholeOf } from '../systems/scores.ts';
import { textTable } from './comparisonWords.ts';
import { overSeedsText, percentText, plain } from './figureText.ts';

/** A line for each condition, for the terminal: what is right under it, and what is left of the first one's UAR. */
export function conditionLines({ systems, comparisons }: Report): string {
  const rows = systems.map((system) => {
    const { figures, confidence } = wholeOf(system);
    const compared = comparisons.find(({ second }) => second === system.name);
    return [
      system.title,
      ...[figures.uar, figures.accuracy].map(overSeedsText),
      compared?.share ? percentText(compared.share) : '–',
      compared ? percentText(compared.changed) : '–',
      plain(confidence),
    ];
  });
  const [{ title }] = systems;
  return textTable([
    ['condition', 'UAR', 'accuracy', `share of the UAR, ${title}`, 'other answer', 'confidence'],
    ...rows,
  ]);
}
