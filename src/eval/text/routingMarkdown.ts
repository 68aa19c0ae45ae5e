import type { Report } from '../reports/report.ts';
import { wholeOf } from '../systems/scores.ts';
import { markdownTable, plainMarkdown } from './markdown.ts';

type Routing = NonNullable<Report['routing']>;

/** Number of clips listed. */
const SHOWN = 30;

/** The section of report.md on voices classified as the other gender. */
export function routingMarkdown({ systems }: Report, { posteriors, counts, clips }: Routing): string {
  const { male, female } = counts;
  const n = male.n + female.n;
  const intro =
    `\`oracle\` gives a clip to the model of its speaker's true gender; in use, the gender model chooses. ${posteriors}`.trim(); // prettier-ignore
  if (clips.length === 0) {
    return ['## Routing by predicted gender', intro, `The gender model puts none of the ${n} clips on the wrong side.`].join('\n\n'); // prettier-ignore
  }
  const count = (name: string, isRight: boolean): number =>
    clips.filter(({ label, predicted }) => (predicted.oracle === label) !== isRight && (predicted[name] === label) === isRight).length; // prettier-ignore
  const costs = ['hard', 'soft'].map(
    (name) =>
      `${name} routing loses ${count(name, false)} that the true gender's model has right and gains ${count(name, true)} that it has wrong`,
  );
  const names = systems.map(({ name }) => name);
  return [
    '## Routing by predicted gender',
    intro,
    `The gender model puts ${clips.length} of ${n} clips on the wrong side: ${male.wrong} of ${male.n} clips of men and ${female.wrong} of ${female.n} of women. Of these, ${costs.join('; ')}.` +
      (clips.length > SHOWN ? ` The first ${SHOWN} of them:` : ''),
    markdownTable(
      ['clip', 'speaker', 'true emotion', ...names, 'probability of the wrong gender'],
      clips.slice(0, SHOWN).map(({ id, speaker, gender, probability, label, predicted }) => [
        ...[plainMarkdown(id), `${plainMarkdown(speaker)} (${gender})`, plainMarkdown(label)],
        ...names.map((name) => {
          const word = plainMarkdown(predicted[name]);
          return predicted[name] === label ? `**${word}**` : word;
        }),
        probability.toFixed(3),
      ]),
      3 + names.length,
    ),
  ].join('\n\n');
}

/** Routing in one line, for the terminal. */
export function routingLine({ systems, comparisons }: Report, { counts: { male, female } }: Routing): string {
  const right = systems.map((system) => `${system.name} ${wholeOf(system).correct} right`);
  const { mcnemar } = comparisons.find(({ first, second }) => first === 'oracle' && second === 'hard')!;
  return (
    `routing: ${right.join(', ')}; ${male.wrong + female.wrong} of ${male.n + female.n} voices on the wrong side ` +
    `(${male.wrong} male, ${female.wrong} female); clips lost by that: ${mcnemar.onlyFirst}, gained: ${mcnemar.onlySecond}`
  );
}
