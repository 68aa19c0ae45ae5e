import { ANCHORS } from './anchors.ts';
import type { CrossReport, SystemComparison, SystemResult } from './crossReport.ts';
import { change, overSeedsText, percent } from './figureText.ts';
import { markdownTable, plainMarkdown } from './markdown.ts';
import { protocolLine, type ReportContext } from './reportMarkdown.ts';
import { CROSS_SYSTEMS } from './systems.ts';

/** report.md of a cross-validation. @param command  that made it @param more  sections before the figures */
export function crossMarkdown(
  report: CrossReport,
  context: ReportContext,
  figures: readonly { name: string; title: string }[],
  command: string,
  more?: readonly string[],
): string {
  const { protocol, systems, seeds, interval } = report;
  const [main] = systems;
  const { n, speakers } = main.parts.combined ?? Object.values(main.parts)[0];
  return [
    `# Cross-validation under the protocol \`${protocol}\``,
    protocolLine(protocol, context),
    ...(context.notes.length > 0 ? [context.notes.join(' ')] : []),
    `${n} test clips of ${speakers} speakers, each predicted by models that were trained without its fold, with ${seeds.length === 1 ? 'the seed' : 'the seeds'} ` +
      `${seeds.join(', ')}. UAR is the mean recall over the emotions. ± is the standard deviation over the seeds; in brackets ` +
      `${100 * interval.level} % intervals by bootstrap over the speakers (${interval.resamples} resamples, seed ${interval.seed}) of the mean over the seeds.`,
    systemsTable(systems),
    anchorLines(protocol),
    '## Men and women',
    genderTable(systems),
    ...(systems.length > 1 ? ['## One against another', comparisonTable(report.comparisons)] : []),
    `## Emotions, ${CROSS_SYSTEMS[main.system]}`,
    recallTable(main),
    '## Can the probabilities be believed?',
    'Temperatures were fitted on the validation clips of each fold. ECE: expected calibration error over 15 bins of equal width; Brier: summed over the classes; ' +
      'NLL: negative log-likelihood, nats; each the mean over the seeds.',
    calibrationTable(systems),
    '## When it may say “not sure”',
    `On the validation clips a confidence was chosen from which on at most ${(100 * report.maxError).toFixed(0)} % of the answers are wrong; below it the system gives no answer. ` +
      'What that does on the test clips, mean over the seeds:',
    abstentionTable(systems),
    ...(more ?? []),
    ...figures.map(({ name, title }) => `![${title}](figures/${name}.png)`),
    '## Where it comes from',
    `Made by \`${command}\`. All of this can be made again from \`answers.csv\`, without training; \`manifest.json\` holds options, seeds, versions and hashes.`,
  ]
    .filter((section) => section !== '')
    .join('\n\n')
    .concat('\n');
}

/** A system's main figures in a line, for the terminal. */
export function describeSystem({ system, parts }: SystemResult): string {
  const { uar, accuracy, macroF1, n } = parts.combined ?? Object.values(parts)[0];
  const f1 = overSeedsText(macroF1);
  return `${system.padEnd(13)} UAR ${overSeedsText(uar)}, accuracy ${overSeedsText(accuracy)}, macro-F1 ${f1} (n ${n})`;
}

function systemsTable(systems: readonly SystemResult[]): string {
  return markdownTable(
    ['system', 'what it is', 'UAR', 'accuracy (WA)', 'macro-F1'],
    systems.map(({ system, parts }) => {
      const { uar, accuracy, macroF1 } = parts.combined ?? Object.values(parts)[0];
      return [
        `\`${system}\``,
        CROSS_SYSTEMS[system],
        overSeedsText(uar),
        overSeedsText(accuracy),
        overSeedsText(macroF1),
      ];
    }),
    2,
  );
}

function genderTable(systems: readonly SystemResult[]): string {
  return markdownTable(
    ['system', 'UAR, men', 'UAR, women', 'women − men'],
    systems.map(({ system, parts, gap }) => [
      `\`${system}\``,
      parts.male ? overSeedsText(parts.male.uar) : '–',
      parts.female ? overSeedsText(parts.female.uar) : '–',
      gap ? change(gap.mean, gap.interval) : '–',
    ]),
  );
}

function comparisonTable(comparisons: readonly SystemComparison[]): string {
  const [{ mcnemar }] = comparisons;
  return [
    'Second minus first on the same clips, means over the seeds; intervals by paired bootstrap over the speakers; p: ' +
      `McNemar's exact test over the clips, two-sided, with seed ${mcnemar.seed}.`,
    markdownTable(
      ['first', 'second', 'UAR', 'accuracy', 'right in first only', 'right in second only', 'p'],
      comparisons.map(({ first, second, uar, accuracy, mcnemar: { onlyFirst, onlySecond, p } }) => [
        ...[first, second].map((name) => `\`${name}\``),
        ...[uar, accuracy].map((one) => change(one.difference, one.interval)),
        ...[onlyFirst, onlySecond].map(String),
        p.toPrecision(2),
      ]),
      2,
    ),
  ].join('\n\n');
}

function recallTable({ parts }: SystemResult): string {
  const { recalls } = parts.combined ?? Object.values(parts)[0];
  return markdownTable(
    ['emotion', 'clips', 'recall, mean over the seeds'],
    recalls.map(({ label, clips, recall }) => [plainMarkdown(label), String(clips), recall.toFixed(3)]),
  );
}

function calibrationTable(systems: readonly SystemResult[]): string {
  return markdownTable(
    ['system', 'ECE before', 'after', 'Brier before', 'after', 'NLL before', 'after'],
    systems.map(({ system, calibration: { before, after } }) => [
      `\`${system}\``,
      ...(['ece', 'brier', 'nll'] as const).flatMap((name) => [before[name].toFixed(3), after[name].toFixed(3)]),
    ]),
  );
}

function abstentionTable(systems: readonly SystemResult[]): string {
  return markdownTable(
    ['system', 'least confidence', 'clips answered', 'wrong of these'],
    systems.map(({ system, abstention }) => [
      `\`${system}\``,
      ...(abstention
        ? [abstention.threshold.toFixed(3), percent(abstention.coverage), percent(abstention.error)]
        : ['–', '–', '–']),
    ]),
  );
}

function anchorLines(protocol: string): string {
  const anchors = ANCHORS[protocol];
  if (!anchors) return '';
  return [
    'Published figures under this protocol, UAR:',
    anchors.map(({ uar, what, source }) => `- ${uar}: ${what} (${source})`).join('\n'),
  ].join('\n\n');
}
