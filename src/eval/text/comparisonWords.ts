import { METRICS } from '../metrics/metrics.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import type { ReportComparison } from '../systems/compare.ts';
import { change, explanation, metricTexts, overSeedsText, percentText } from './figureText.ts';
import { codeMarkdown, markdownTable, plainMarkdown } from './markdown.ts';

/** A comparison of two systems for the terminal. */
export function comparisonText(comparison: ReportComparison): string {
  return [
    contextLines(comparison).join('\n'),
    textTable(figureRows(comparison)),
    textTable(recallRows(comparison)),
    testLine(comparison),
    words(comparison),
  ].join('\n\n');
}

/** The same as Markdown. @param command  that created it @param figure  a chart's name and title, if there is one */
export function comparisonMarkdown(
  comparison: ReportComparison,
  command: string,
  figure?: { name: string; title: string },
): string {
  return [
    '# Two systems on the same clips',
    contextLines(comparison)
      .map((line) => `- ${plainMarkdown(line)}`)
      .join('\n'),
    markdownTable(...headed(figureRows(comparison))),
    testLine(comparison),
    words(comparison),
    '## Recall by emotion',
    markdownTable(...headed(recallRows(comparison, plainMarkdown))),
    ...(figure ? [`![${figure.title}](figures/${figure.name}.png)`] : []),
    '## Origin',
    `Made by ${codeMarkdown(command)}, from the predictions in the two reports.`,
  ]
    .join('\n\n')
    .concat('\n');
}

/** What both have in common, in short: for a figure's subtitle. */
export function comparisonSubtitle({ first, second, clips, speakers }: ReportComparison): string {
  const protocols = [...new Set([first.protocol, second.protocol])];
  const seeds = [...new Set([first, second].map(seedsOf))];
  return [
    `${protocols.length > 1 ? 'protocols' : 'protocol'} ${protocols.join(' and ')}, ${clips} clips of ${speakers} speakers`,
    ...(seeds.length > 1 ? [`first: ${seeds[0]}`, `second: ${seeds[1]}`] : seeds),
  ].join(', ');
}

/** Mean recall over the seeds of every emotion by both systems. */
export const recallsOf = ({ first, second }: ReportComparison) =>
  first.scores.classes.map(({ label, clips, recall }, i) => {
    return { label, clips, first: recall.mean, second: second.scores.classes[i].recall.mean };
  });

function seedsOf({ seeds }: ReportComparison['first']): string {
  return seeds.includes(null) ? 'seed not known' : seedPhrase(seeds);
}

function contextLines({ first, second, clips, speakers }: ReportComparison): string[] {
  const line = (which: string, system: ReportComparison['first']): string =>
    `${which}: ${system.name}; protocol ${system.protocol}, ${seedsOf(system)}, ${system.clips} test clips`;
  const protocols =
    first.protocol === second.protocol
      ? []
      : ['The protocols differ: the two systems were trained on different clips, so that the difference is not due to the systems alone.']; // prettier-ignore
  const all = clips === first.clips && clips === second.clips ? 'all' : 'those that both have';
  return [
    line('first', first),
    line('second', second),
    `compared on ${clips} clips of ${speakers} speakers: ${all}`,
    ...protocols,
  ];
}

function figureRows({ first, second, differences }: ReportComparison): string[][] {
  const [a, b] = [first, second].map(({ scores }) => metricTexts(scores));
  const rows = METRICS.map(({ name, title }, i) => [title, a[i], b[i], change(differences[name])]);
  return [['', 'first', 'second', 'second − first'], ...rows];
}

function recallRows(comparison: ReportComparison, shown = (label: string): string => label): string[][] {
  return [
    ['recall', 'clips', 'first', 'second', 'second − first'],
    ...recallsOf(comparison).map(({ label, clips, first, second }) => [
      shown(label),
      String(clips),
      ...(clips === 0
        ? ['–', '–', '–']
        : [...[first, second].map((mean) => overSeedsText({ mean, sd: null })), change({ value: second - first })]),
    ]),
  ];
}

function testLine({ first, second, changed, mcnemar: { onlyFirst, onlySecond, p } }: ReportComparison): string {
  const several = first.seeds.length > 1 || second.seeds.length > 1;
  return (
    `McNemar's exact test over the clips, two-sided${several ? ', with the first seed of each' : ''}: ` +
    `${onlyFirst} right in the first only, ${onlySecond} in the second only, p = ${p.toPrecision(2)}. ` +
    `The predicted emotion differs for ${percentText(changed)} of the clips.`
  );
}

function words({ first, second, interval }: ReportComparison): string {
  return (
    `${explanation(interval, [first.scores, second.scores])} The interval of the difference is paired: every draw of speakers is scored with both systems. ` +
    "The bootstrap allows for clips of one speaker being alike; McNemar's test does not."
  );
}

/** Rows of cells as columns; all but the first are aligned to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('   ');
  return rows.map(line).join('\n');
}

const headed = ([header, ...rows]: string[][]): [header: string[], rows: string[][]] => [header, rows];
