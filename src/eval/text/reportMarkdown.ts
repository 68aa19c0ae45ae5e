import { classificationReportText } from '../metrics/classificationReport.ts';
import { type Evaluation, type Part, partsOf, type PartScores } from '../metrics/evaluate.ts';
import { change, withInterval } from './figureText.ts';
import { codeMarkdown, fencedMarkdown, plainMarkdown } from './markdown.ts';
import { describeOverlap, type Overlap } from '../statistics/overlap.ts';
import { labelPairs, type Predictions } from '../systems/predictions.ts';
import { seedPhrase } from '../statistics/seeds.ts';

/** The words that figures don't travel without. */
export interface ReportContext {
  /** What is tested and what training and test have in common: `Protocol.description`. */
  description: string;
  overlap: Overlap;
  /** Whatever else a reader must know, such as how a clip found its model. One sentence each. */
  notes: readonly string[];
}

/** A figure's file name without its extension, and what it shows. */
export interface FigureName {
  name: string;
  part: Part;
  title: string;
}

/**
 * report.md: the protocol and what it shares first, then figures of all parts, then each part.
 * @param manifest  its command, and the seeds of the trainings
 * @param more  sections between the figures and the parts
 */
export function reportMarkdown(
  predictions: Predictions,
  evaluation: Evaluation,
  context: ReportContext,
  figures: readonly FigureName[],
  manifest: { command: string; seed?: unknown },
  more: readonly string[] = [],
): string {
  const parts = partsOf(predictions);
  const seeds = seedPhrase(manifest.seed);
  const section = ([part, rows]: (typeof parts)[number]): string => {
    const { truth, predicted } = labelPairs(rows);
    const images = figures
      .filter((figure) => figure.part === part)
      .map(({ name, title }) => `![${title}](figures/${name}.png)`);
    return [
      `## ${part[0].toUpperCase()}${part.slice(1)}`,
      fencedMarkdown(classificationReportText(truth, predicted, evaluation.labels), 'text'),
      'Clips by true emotion (rows) and predicted emotion (columns):',
      confusionTable(evaluation.labels, evaluation[part]!.confusion),
      ...images,
    ].join('\n\n');
  };
  return [
    `# Evaluation under the protocol ${codeMarkdown(evaluation.protocol)}`,
    protocolLine(evaluation.protocol, context),
    ...(context.notes.length > 0 ? [context.notes.map(plainMarkdown).join(' ')] : []),
    scoreTable(
      parts.map(([part]) => part),
      evaluation,
    ),
    `${seeds && `Trained with ${seeds}. `}${explanation(evaluation)}`,
    ...(evaluation.gap
      ? [`UAR of women's clips minus that of men's: ${change(evaluation.gap.uar, evaluation.gap.interval)}.`]
      : []),
    ...more,
    ...parts.map(section),
    '## Where it comes from',
    `Made by ${codeMarkdown(manifest.command)}. All of this can be made again from \`predictions.csv\`; \`manifest.json\` holds options, seeds, versions and hashes. Every figure is there as PNG and SVG.`,
  ]
    .join('\n\n')
    .concat('\n');
}

/** The results of one part, for a model card: the protocol first. */
export function testResultsMarkdown(evaluation: Evaluation, part: Part, context: ReportContext): string {
  return [
    protocolLine(evaluation.protocol, context),
    scoreTable([part], evaluation),
    explanation(evaluation),
    '| emotion | precision | recall | F1 | clips |\n| --- | --: | --: | --: | --: |\n' +
      evaluation.labels
        .map((label) => {
          const row = evaluation[part]!.report[label];
          if (typeof row === 'number') return '';
          const figures = [row.precision, row.recall, row['f1-score']].map((value) => value.toFixed(3));
          return `| ${plainMarkdown(label)} | ${figures.join(' | ')} | ${row.support} |`;
        })
        .join('\n'),
  ].join('\n\n');
}

/** One line of text for the terminal. */
export function describeScores({
  n,
  correct,
  accuracy,
  accuracyInterval,
  uar,
  uarInterval,
  macroF1,
}: PartScores): string {
  return (
    `UAR ${withInterval(uar, uarInterval)}, accuracy ${withInterval(accuracy, accuracyInterval)} ` +
    `(${correct} of ${n} clips), macro-F1 ${macroF1.toFixed(3)}`
  );
}

/** Bold name, description, and what was counted. */
export function protocolLine(protocol: string, { description, overlap }: ReportContext): string {
  return `**Protocol ${codeMarkdown(protocol)}.** ${description} ${describeOverlap(overlap)}`;
}

function scoreTable(parts: readonly Part[], evaluation: Evaluation): string {
  const rows = parts.map((part) => {
    const scores = evaluation[part]!;
    const { n, correct, speakers } = scores;
    const others = [scores.macroF1, scores.logLoss, scores.brier, scores.ece].map((value) => value.toFixed(3));
    const accuracy = withInterval(scores.accuracy, scores.accuracyInterval);
    const uar = withInterval(scores.uar, scores.uarInterval);
    return `| ${part} | ${n} | ${speakers} | ${correct} | ${uar} | ${accuracy} | ${others.join(' | ')} |`;
  });
  return [
    '| test clips | n | speakers | right | UAR | accuracy (WA) | macro-F1 | log loss | Brier | ECE |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

function explanation({ interval: { level, resamples, seed } }: Evaluation): string {
  return (
    `In brackets: ${100 * level} % intervals, percentile bootstrap over speakers, ${resamples} resamples, seed ${seed}. ` +
    'They show how much the figures depend on the speakers tested, not on the training. ' +
    'UAR is the mean recall over the emotions that have test clips; macro-F1 is the mean over all emotions; ' +
    'log loss is in nats; Brier: summed over the classes; ECE: expected calibration error over 15 bins.'
  );
}

function confusionTable(labels: readonly string[], confusion: readonly (readonly number[])[]): string {
  const names = labels.map(plainMarkdown);
  return [
    `| | ${names.join(' | ')} |`,
    `| --- |${' --: |'.repeat(labels.length)}`,
    ...names.map((name, i) => `| **${name}** | ${confusion[i].join(' | ')} |`),
  ].join('\n');
}
