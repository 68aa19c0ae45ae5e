import type { ClipLinks } from './clipLinks.ts';
import { confidentMistakes, groupingsOf, groupScores } from '../statistics/mistakes.ts';
import { markdownTable, plainMarkdown } from './markdown.ts';
import { mean } from '../statistics/mean.ts';
import { isLabelsOnly } from '../systems/predictions.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import type { Run } from '../systems/systems.ts';

type Seeds = readonly Omit<Run, 'folds'>[];

/** The section of report.md on a system's errors. @param links  to the recordings, for listening */
export function mistakesMarkdown(seeds: Seeds, links?: ClipLinks): string {
  // Labels alone have no confidence.
  const sections = [...(isLabelsOnly(seeds[0]) ? [] : confidentErrors(seeds[0], links)), ...figuresByGroup(seeds)];
  return ['## Error analysis', ...sections].join('\n\n');
}

function confidentErrors(first: Seeds[number], links?: ClipLinks): string[] {
  const mistakes = confidentMistakes(first);
  return [
    `The most confident errors${first.seed === null ? '' : `, ${seedPhrase(first.seed)}`}${mistakes.some(({ id }) => links?.has(id)) ? ' (a click plays the clip)' : ''}:`,
    markdownTable(
      ['clip', 'speaker', 'emotion', 'predicted', 'probability'],
      mistakes.map(({ id, speaker, label, predicted, confidence }) => [
        links?.has(id) ? `[${plainMarkdown(id)}](${links.get(id)})` : plainMarkdown(id),
        ...[speaker, label, predicted].map(plainMarkdown),
        confidence.toFixed(3),
      ]),
      4,
    ),
  ];
}

function figuresByGroup(seeds: Seeds): string[] {
  const [first] = seeds;
  const groupings = Object.entries(groupingsOf(first)).filter(
    ([, groupOf]) => new Set(first.rows.map(groupOf)).size > 1,
  );
  if (groupings.length === 0) return [];
  return [
    `By group${seeds.length > 1 ? ', means over the seeds' : ''}. UAR* is over the emotions that every group of its kind has clips of: what groups can be compared by.`,
    markdownTable(
      ['kind', 'group', 'clips', 'UAR*', 'accuracy'],
      groupings.flatMap(([kind, groupOf]) => {
        const scored = seeds.map((seed) => groupScores(seed, groupOf));
        return scored[0].map(({ group, n }, i) => [
          ...[kind, plainMarkdown(group), String(n)],
          mean(scored.map((one) => one[i].sharedUar)).toFixed(3),
          mean(scored.map((one) => one[i].accuracy)).toFixed(3),
        ]);
      }),
      2,
    ),
  ];
}
