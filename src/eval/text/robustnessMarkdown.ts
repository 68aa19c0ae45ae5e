import type { Interval } from '../statistics/bootstrap.ts';
import { change, percent, withInterval } from './figureText.ts';
import { codeMarkdown, markdownTable, plainMarkdown } from './markdown.ts';
import { protocolLine, type ReportContext } from './reportMarkdown.ts';
import type { ConditionResult, Estimate, RobustnessReport } from '../reports/robustness.ts';

/** report.md of what conditions do. @param command  that made it */
export function robustnessMarkdown(
  report: RobustnessReport,
  context: ReportContext,
  figures: readonly { name: string; title: string }[],
  command: string,
): string {
  const { protocol, conditions, n, speakers, interval } = report;
  const [first] = conditions;
  return [
    `# What changes under noise and other conditions: protocol ${codeMarkdown(protocol)}`,
    protocolLine(protocol, context),
    ...(context.notes.length > 0 ? [context.notes.map(plainMarkdown).join(' ')] : []),
    `The same ${n} test clips of ${speakers} speakers under ${conditions.length} conditions; the models were not trained for them. ` +
      `In brackets: ${100 * interval.level} % intervals, bootstrap over speakers, ${interval.resamples} resamples, seed ${interval.seed}; of differences to ${codeMarkdown(first.name)} paired. ` +
      `*Change*: share of the clips whose predicted emotion is another than under ${codeMarkdown(first.name)}; *lost*: right there, wrong here; *won*: the other way round.`,
    markdownTable(
      ['condition', 'UAR', 'difference', 'accuracy (WA)', 'difference', 'change', 'lost', 'won'],
      conditions.map(({ label, uar, accuracy, change: since, flips }) => [
        plainMarkdown(label),
        estimate(uar),
        since ? difference(since.uar) : '–',
        estimate(accuracy),
        since ? difference(since.accuracy) : '–',
        since ? `${percent(flips.value)}${percents(flips.interval)}` : '–',
        ...(since ? [flips.lost, flips.won].map(String) : ['–', '–']),
      ]),
    ),
    ...figures.map(({ name, title }) => `![${title}](figures/${name}.png)`),
    '## Calibration',
    'ECE: expected calibration error over 15 bins of equal width, of probabilities that were calibrated on undisturbed clips; NLL: negative log-likelihood, nats. ' +
      'Confidence above accuracy: the models do not notice that they are wrong.',
    markdownTable(
      ['condition', 'accuracy', 'mean confidence', 'confidence − accuracy', 'ECE', 'NLL'],
      conditions.map(({ label, accuracy, confidence, ece, nll }) => [
        plainMarkdown(label),
        accuracy.value.toFixed(3),
        confidence.toFixed(3),
        change(confidence - accuracy.value),
        ...[ece, nll].map((value) => value.toFixed(3)),
      ]),
    ),
    '## What is predicted instead',
    'Clips by predicted emotion. Where one of them swallows the others, the accuracy says little of what is left.',
    markdownTable(
      ['condition', ...report.labels.map(plainMarkdown)],
      conditions.map(({ label, predicted }) => [
        plainMarkdown(label),
        ...report.labels.map((one) => String(predicted[one])),
      ]),
    ),
    '## The conditions',
    conditions
      .map(({ label, name, what }) => `- **${plainMarkdown(label)}** (${codeMarkdown(name)}): ${plainMarkdown(what)}`)
      .join('\n'),
    '## Where it comes from',
    `Made by ${codeMarkdown(command)}. All of this can be made again from \`predictions/\`, a file for each condition; \`manifest.json\` holds options, seeds, versions and hashes.`,
  ]
    .join('\n\n')
    .concat('\n');
}

/** A condition in a line, for the terminal. */
export function describeCondition({ label, uar, accuracy, change: since, flips, ece }: ConditionResult): string {
  const against = since ? `, ${change(since.uar.value)}; ${percent(flips.value)} of the predictions change` : ''; // prettier-ignore
  return `${label.padEnd(26)} UAR ${estimate(uar)}, accuracy ${accuracy.value.toFixed(3)}, ECE ${ece.toFixed(3)}${against}`;
}

const estimate = ({ value, interval }: Estimate): string => withInterval(value, interval);
const percents = (interval: Interval | null): string =>
  interval ? ` [${(100 * interval.low).toFixed(1)}, ${(100 * interval.high).toFixed(1)}]` : '';
const difference = ({ value, interval }: Estimate): string => change(value, interval);
