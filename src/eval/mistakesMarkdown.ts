import type { ClipLinks } from './clipLinks.ts';
import { confidentMistakes, groupingsOf, groupScores } from './mistakes.ts';
import { markdownTable, plainMarkdown } from './markdown.ts';
import { mean } from './mean.ts';
import { seedPhrase } from './seeds.ts';
import type { SeedPredictions } from './systems.ts';

/** The section of report.md on where a system errs. @param links  to the recordings, to listen to the mistakes */
export function mistakesMarkdown(seeds: readonly Omit<SeedPredictions, 'folds'>[], links?: ClipLinks): string {
  const [first] = seeds;
  const mistakes = confidentMistakes(first);
  const groupings = Object.entries(groupingsOf(first)).filter(
    ([, groupOf]) => new Set(first.rows.map(groupOf)).size > 1,
  );
  return [
    '## Error analysis',
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
  ].join('\n\n');
}
