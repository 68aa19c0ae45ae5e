import type { ComparedFigure, ReportComparison } from '../systems/compare.ts';
import { change, withInterval } from './figureText.ts';
import { codeMarkdown, markdownTable, plainMarkdown } from './markdown.ts';
import { seedPhrase } from '../statistics/seeds.ts';

/** Two systems side by side for the terminal. */
export function comparisonText(comparison: ReportComparison): string {
  return [
    contextLines(comparison).join('\n'),
    textTable(figureRows(comparison)),
    textTable(recallRows(comparison)),
    mcnemarLine(comparison),
    explanation(comparison),
  ].join('\n\n');
}

/** The same as Markdown. @param command  that made it @param figure  a chart's name and title, where there is one */
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
    mcnemarLine(comparison),
    explanation(comparison),
    '## Recall by emotion',
    markdownTable(...headed(recallRows(comparison, plainMarkdown))),
    ...(figure ? [`![${figure.title}](figures/${figure.name}.png)`] : []),
    '## Where it comes from',
    `Made by ${codeMarkdown(command)}, from the predictions that the two reports keep.`,
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

function seedsOf({ seeds }: ReportComparison['first']): string {
  return seeds.includes(null) ? 'seed not known' : seedPhrase(seeds);
}

function contextLines({ first, second, clips, speakers }: ReportComparison): string[] {
  const line = (which: string, system: ReportComparison['first']): string =>
    `${which}: ${system.name}; protocol ${system.protocol}, ${seedsOf(system)}, ${system.clips} test clips`;
  const protocols =
    first.protocol === second.protocol
      ? []
      : ['The protocols differ: the two systems learnt from different clips, so that the difference is not that of the systems alone.']; // prettier-ignore
  const all = clips === first.clips && clips === second.clips ? 'all' : 'those that both have';
  return [
    line('first', first),
    line('second', second),
    `compared on ${clips} clips of ${speakers} speakers: ${all}`,
    ...protocols,
  ];
}

function figureRows({ uar, accuracy, macroF1 }: ReportComparison): string[][] {
  const row = (name: string, { first, second, difference }: ComparedFigure): string[] => [
    name,
    withInterval(first.value, first.interval),
    withInterval(second.value, second.interval),
    change(difference.value, difference.interval),
  ];
  return [
    ['', 'first', 'second', 'second − first'],
    row('UAR', uar),
    row('accuracy (WA)', accuracy),
    row('macro-F1', macroF1),
  ];
}

function recallRows({ recalls }: ReportComparison, shown = (label: string): string => label): string[][] {
  return [
    ['recall', 'clips', 'first', 'second', 'second − first'],
    ...recalls.map(({ label, clips, first, second }) => [
      shown(label),
      String(clips),
      ...(clips === 0 ? ['–', '–', '–'] : [first.toFixed(3), second.toFixed(3), change(second - first)]),
    ]),
  ];
}

function mcnemarLine({ first, second, mcnemar: { onlyFirst, onlySecond, p } }: ReportComparison): string {
  const several = first.seeds.length > 1 || second.seeds.length > 1;
  return (
    `McNemar's exact test over the clips, two-sided${several ? ', with the first seed of each' : ''}: ` +
    `${onlyFirst} right in the first only, ${onlySecond} in the second only, p = ${p.toPrecision(2)}.`
  );
}

function explanation({ interval: { level, resamples, seed } }: ReportComparison): string {
  return (
    `In brackets: ${100 * level} % intervals, bootstrap over speakers, ${resamples} resamples, seed ${seed}; that of the difference is paired: ` +
    'every draw of speakers is scored with both. Figures are means over the seeds. The bootstrap allows for clips of one speaker being alike; ' +
    "McNemar's test does not."
  );
}

function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('   ');
  return rows.map(line).join('\n');
}

const headed = ([header, ...rows]: string[][]): [header: string[], rows: string[][]] => [header, rows];
