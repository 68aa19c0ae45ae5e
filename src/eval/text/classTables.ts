import type { ClassFigures } from '../systems/scores.ts';
import { overSeedsText } from './figureText.ts';
import { markdownTable, plainMarkdown } from './markdown.ts';

/** Precision, recall and F1 of every emotion; dashes for one without clips. */
export function classTable(classes: readonly ClassFigures[]): string {
  return markdownTable(
    ['emotion', 'precision', 'recall', 'F1', 'clips'],
    classes.map(({ label, clips, precision, recall, f1 }) => [
      plainMarkdown(label),
      ...[precision, recall, f1].map((figure) => (clips === 0 ? '–' : overSeedsText(figure))),
      String(clips),
    ]),
  );
}

/** Counts, true emotion × predicted emotion. */
export function confusionTable(labels: readonly string[], confusion: readonly (readonly number[])[]): string {
  const names = labels.map(plainMarkdown);
  return markdownTable(
    ['', ...names],
    names.map((name, i) => [`**${name}**`, ...confusion[i].map(String)]),
  );
}
