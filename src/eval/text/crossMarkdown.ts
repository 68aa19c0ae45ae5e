import { ANCHORS } from './anchors.ts';
import type { CrossFigure, CrossSection } from '../reports/crossFigures.ts';
import type { CrossReport, SystemComparison, SystemResult } from '../reports/crossReport.ts';
import { change, overSeedsText } from './figureText.ts';
import { codeMarkdown, markdownTable, plainMarkdown } from './markdown.ts';
import { protocolLine, type ReportContext } from './reportMarkdown.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import { CROSS_SYSTEMS, isControl } from '../systems/systems.ts';

/** report.md of a cross-validation, each chart in its section. @param command  that made it @param errors, importance  their sections */
export function crossMarkdown(
  report: CrossReport,
  context: ReportContext,
  figures: readonly Omit<CrossFigure, 'spec'>[],
  command: string,
  { errors = '', importance = '' }: { errors?: string; importance?: string } = {},
): string {
  const { protocol, systems, seeds, interval } = report;
  const [main] = systems;
  const { n, speakers } = main.parts.combined ?? Object.values(main.parts)[0];
  const given = main.system === 'given';
  const copies = n - context.overlap.recordings.test;
  const origin = given
    ? 'each predicted elsewhere.'
    : `each predicted by models that were trained without its fold, with ${seedPhrase(seeds)}.`;
  const chartsOf = (section: CrossSection): string[] =>
    figures.filter((one) => one.section === section).map(({ name, title }) => `![${title}](figures/${name}.png)`);
  return [
    `# ${given ? 'Predictions' : 'Cross-validation'} under the protocol ${codeMarkdown(protocol)}`,
    protocolLine(protocol, context),
    ...(context.notes.length > 0 ? [context.notes.map(plainMarkdown).join(' ')] : []),
    `${n} test clips of ${speakers} speakers, ${origin} ${copies > 0 ? `${copies} of the clips ${copies === 1 ? 'is the same recording as another' : 'are the same recordings as others'}, under a second name. ` : ''}UAR is the mean recall over the ${report.labels.length} emotions; chance is ${(1 / report.labels.length).toFixed(3)}. ${seeds.length > 1 ? '± is the standard deviation over the seeds; in' : 'In'} brackets ` +
      `${100 * interval.level} % intervals by bootstrap over the speakers (${interval.resamples} resamples, seed ${interval.seed})${seeds.length > 1 ? ' of the mean over the seeds' : ''}.`,
    systemsTable(systems),
    systems.map(({ system }) => `- \`${system}\`: ${CROSS_SYSTEMS[system]}`).join('\n'),
    ...chartsOf('systems'),
    anchorLines(protocol),
    '## Men and women',
    genderTable(systems),
    ...(systems.length > 1 ? ['## Pairwise comparisons', comparisonTable(report.comparisons)] : []),
    `## Emotions: \`${main.system}\``,
    recallTable(main),
    ...chartsOf('emotions'),
    ...calibrationSection(report),
    ...chartsOf('calibration'),
    ...(given ? [] : abstentionSection(report)),
    ...chartsOf('selective'),
    errors,
    ...chartsOf('errors'),
    importance,
    ...chartsOf('importance'),
    '## Where it comes from',
    `Made by ${codeMarkdown(command)}. All of this can be made again from \`answers.csv\`, without training; \`manifest.json\` holds options, seeds, versions and hashes.`,
  ]
    .filter((section) => section !== '')
    .join('\n\n')
    .concat('\n');
}

function abstentionSection({ maxError, systems }: CrossReport): string[] {
  return [
    '## Selective classification: when it may say “not sure”',
    `In each fold a confidence was chosen from which on at most ${Number((100 * maxError).toFixed(2))} % of the answers on its models' validation clips, each by the model of its own gender, are wrong; below it the ` +
      `system gives no answer. What that does on the test clips, where the error was to be ${maxError.toFixed(3)} at most (threshold: mean over the folds):`,
    abstentionTable(systems),
  ];
}

/** A system's main figures in a line, for the terminal. */
export function describeSystem({ system, parts }: SystemResult): string {
  const { uar, accuracy, macroF1, n } = parts.combined ?? Object.values(parts)[0];
  const f1 = overSeedsText(macroF1);
  return `${system.padEnd(13)} UAR ${overSeedsText(uar)}, accuracy ${overSeedsText(accuracy)}, macro-F1 ${f1} (n ${n})`;
}

function systemsTable(systems: readonly SystemResult[]): string {
  return markdownTable(
    ['system', 'UAR', 'accuracy (WA)', 'macro-F1'],
    systems.map(({ system, parts }) => {
      const { uar, accuracy, macroF1 } = parts.combined ?? Object.values(parts)[0];
      return [`\`${system}\``, ...[uar, accuracy, macroF1].map(overSeedsText)];
    }),
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
      `McNemar's exact test over the clips, two-sided, with ${seedPhrase(mcnemar.seed)}. It takes clips of one speaker for independent, which makes p too small; ` +
      'p is not corrected for the number of comparisons. Where the two disagree, believe the interval.',
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
    ['emotion', 'clips', 'recall'],
    recalls.map(({ label, clips, recall, sd }) => [
      plainMarkdown(label),
      String(clips),
      overSeedsText({ mean: recall, sd }),
    ]),
  );
}

const temperaturesText = (all: CrossReport['temperatures']): string =>
  all ? ` (median ${all.median.toFixed(2)}, ${all.least.toFixed(2)} to ${all.most.toFixed(2)})` : '';

function calibrationSection({ systems, temperatures }: CrossReport): string[] {
  const given = systems[0].system === 'given';
  const rows = systems.flatMap(({ system, calibration }) => {
    if (!calibration) return [];
    const { before, after } = calibration;
    const figures = (['ece', 'brier', 'nll'] as const).flatMap((name) => given ? [after[name]] : [before[name], after[name]]); // prettier-ignore
    return [[`\`${system}\``, ...figures.map(overSeedsText)]];
  });
  const title = '## Calibration';
  if (rows.length === 0)
    return [title, 'There are labels without probabilities: nothing can be said of their calibration.'];
  return [
    title,
    `${given ? '' : `Temperatures were fitted on the validation clips of each fold${temperaturesText(temperatures)}. `}ECE: expected calibration error over 15 bins of equal width; Brier: summed over the classes; ` +
      'NLL: negative log-likelihood, nats.',
    markdownTable(
      given
        ? ['system', 'ECE', 'Brier', 'NLL']
        : ['system', 'ECE before', 'after', 'Brier before', 'after', 'NLL before', 'after'],
      rows,
    ),
  ];
}

function abstentionTable(systems: readonly SystemResult[]): string {
  return markdownTable(
    ['system', 'confidence threshold', 'coverage', 'error (selective risk)'],
    systems
      .filter(({ system }) => !isControl(system))
      .map(({ system, abstention }) => [
        `\`${system}\``,
        ...(abstention
          ? [abstention.threshold.toFixed(3), ...[abstention.coverage, abstention.error].map(overSeedsText)]
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
