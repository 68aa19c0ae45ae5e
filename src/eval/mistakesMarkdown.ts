import type { ClipLinks } from './clipLinks.ts';
import { confidentMistakes, groupingsOf, groupScores } from './mistakes.ts';
import { markdownTable, plainMarkdown } from './markdown.ts';
import { mean } from './mean.ts';
import type { SeedPredictions } from './systems.ts';

/** The section of report.md on where a system errs. @param links  to the recordings, to listen to the mistakes */
export function mistakesMarkdown(seeds: readonly SeedPredictions[], links?: ClipLinks): string {
  const [first] = seeds;
  const mistakes = confidentMistakes(first);
  const groupings = Object.entries(groupingsOf(first)).filter(
    ([, groupOf]) => new Set(first.rows.map(groupOf)).size > 1,
  );
  return [
    '## Where it errs',
    `The wrong answers that were given with the most confidence, seed ${first.seed}${mistakes.some(({ id }) => links?.has(id)) ? ' (a click plays the clip)' : ''}:`,
    markdownTable(
      ['clip', 'speaker', 'emotion', 'taken for', 'probability'],
      mistakes.map(({ id, speaker, label, predicted, confidence }) => [
        links?.has(id) ? `[${plainMarkdown(id)}](${links.get(id)})` : plainMarkdown(id),
        ...[speaker, label, predicted].map(plainMarkdown),
        confidence.toFixed(3),
      ]),
      4,
    ),
    'By group, means over the seeds. UAR* is over the emotions that every group of its kind has clips of: what groups can be compared by.',
    markdownTable(
      ['kind', 'group', 'clips', 'accuracy', 'UAR*'],
      groupings.flatMap(([kind, groupOf]) => {
        const scored = seeds.map((seed) => groupScores(seed, groupOf));
        return scored[0].map(({ group, n }, i) => [
          ...[kind, plainMarkdown(group), String(n)],
          mean(scored.map((one) => one[i].accuracy)).toFixed(3),
          mean(scored.map((one) => one[i].sharedUar)).toFixed(3),
        ]);
      }),
      2,
    ),
  ].join('\n\n');
}
