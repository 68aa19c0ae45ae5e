import { change, withInterval } from './figureText.ts';
import { markdownTable, plainMarkdown } from './markdown.ts';
import type { RoutingReport } from '../reports/routingReport.ts';
import { type System, SYSTEMS } from '../systems/routing.ts';

const WORDS: Record<System, string> = {
  oracle: "oracle: the true gender's model",
  hard: "hard: the predicted gender's model",
  soft: 'soft: both models, mixed by the probability of the gender',
  pooled: 'pooled: the model of both genders, for comparison',
};

/** The section of report.md on what it costs that nobody says the gender. */
export function routingMarkdown(report: RoutingReport): string {
  const { systems, errors, comparisons, posteriors } = report;
  const names = SYSTEMS.filter((name) => systems[name]);
  const rows = names.map((name) => {
    const { correct, accuracy, accuracyInterval, uar, uarInterval, macroF1, logLoss } = systems[name]!.combined!;
    const byGender = `${systems[name]!.male!.correct} + ${systems[name]!.female!.correct}`;
    return [
      ...[
        WORDS[name],
        String(correct),
        byGender,
        withInterval(uar, uarInterval),
        withInterval(accuracy, accuracyInterval),
      ],
      ...[macroF1, logLoss].map((value) => value.toFixed(3)),
    ];
  });
  return [
    '## Routing: the true gender against the predicted one',
    `Everywhere else in this report a clip goes to the model of its speaker's true gender; in use, the gender model chooses. Here the same ${errors.combined.n} clips ` +
      `are routed in each way. ${posteriors}`,
    markdownTable(['routing', 'right', 'men + women', 'UAR', 'accuracy (WA)', 'macro-F1', 'log loss'], rows),
    errorLines(report),
    'In pairs on the same clips; differences are second minus first, their intervals a paired bootstrap over speakers; p is that of ' +
      "McNemar's exact test over clips, two-sided:",
    markdownTable(
      ['first', 'second', 'right in first only', 'right in second only', 'p', 'UAR', 'accuracy'],
      comparisons.map(({ first, second, onlyFirst, onlySecond, p, accuracy, uar }) => [
        ...[first, second, String(onlyFirst), String(onlySecond), p.toPrecision(2)],
        ...[uar, accuracy].map(({ difference, interval }) => change(difference, interval)),
      ]),
      2,
    ),
  ].join('\n\n');
}

/** Routing in a line, for the terminal. */
export function describeRouting({ systems, errors, comparisons }: RoutingReport): string {
  const right = SYSTEMS.flatMap((name) => {
    const scores = systems[name]?.combined;
    return scores ? [`${name} ${scores.correct} right (${scores.accuracy.toFixed(3)})`] : [];
  });
  const cost = comparisons.find(({ first, second }) => first === 'oracle' && second === 'hard')!;
  return (
    `routing: ${right.join(', ')}; ${errors.combined.wrong} of ${errors.combined.n} voices on the wrong side ` +
    `(${errors.male.wrong} male, ${errors.female.wrong} female); clips lost by that: ${cost.onlyFirst}, gained: ${cost.onlySecond}`
  );
}

function errorLines({ errors, systems }: RoutingReport): string {
  const { male, female, combined, clips } = errors;
  const counts = `${male.wrong} of ${male.n} clips of men and ${female.wrong} of ${female.n} of women`;
  if (combined.wrong === 0) return `The gender model puts none of the ${combined.n} clips on the wrong side.`;
  const lost = (name: System): number =>
    clips.filter(({ label, predicted }) => predicted.oracle === label && predicted[name] !== label).length;
  const gained = (name: System): number =>
    clips.filter(({ label, predicted }) => predicted.oracle !== label && predicted[name] === label).length;
  const names = SYSTEMS.filter((name) => systems[name]);
  return [
    `The gender model puts ${combined.wrong} of ${combined.n} clips on the wrong side: ${counts}. Of these, hard routing loses ${lost('hard')} ` +
      `that the true gender's model has right and gains ${gained('hard')} that it has wrong; soft routing loses ${lost('soft')} and gains ${gained('soft')}.`,
    [
      `| clip | speaker | probability of the wrong gender | true emotion | ${names.join(' | ')} |`,
      `| --- | --- | --: | --- |${' --- |'.repeat(names.length)}`,
      ...clips.map(
        ({ id, speaker, gender, probability, label, predicted }) =>
          `| ${plainMarkdown(id)} | ${plainMarkdown(speaker)} (${gender}) | ${probability.toFixed(3)} | ${plainMarkdown(label)} | ${names
            .map((name) => {
              const word = plainMarkdown(predicted[name]!);
              return predicted[name] === label ? `**${word}**` : word;
            })
            .join(' | ')} |`,
      ),
    ].join('\n'),
  ].join('\n\n');
}
