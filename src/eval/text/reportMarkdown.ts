import type { Part } from '../../data/clip.ts';
import { classificationReportText } from '../metrics/classificationReport.ts';
import type { ReportInput } from '../reports/reportFiles.ts';
import { importanceMarkdown } from '../reports/importance.ts';
import type { Report, ReportKind, ScoredReport } from '../reports/report.ts';
import { detailedParts, type ReportChart, type ReportSection } from '../reports/reportCharts.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import { labelPairs } from '../systems/predictions.ts';
import { selectPart, wholeOf } from '../systems/scores.ts';
import { ANCHORS } from './anchors.ts';
import { classTable, confusionTable } from './classTables.ts';
import { protocolLine } from './figureText.ts';
import { codeMarkdown, fencedMarkdown, plainMarkdown } from './markdown.ts';
import { mistakesMarkdown } from './mistakesMarkdown.ts';
import { routingMarkdown } from './routingMarkdown.ts';
import {
  abstentionSection,
  calibrationSection,
  comparisonSection,
  figuresSection,
  genderSection,
  predictedSection,
} from './systemTables.ts';

const TITLES: Record<ReportKind, string> = {
  models: 'Evaluation',
  data: 'Finished models on other data',
  'cross-validation': 'Cross-validation',
  predictions: 'Predictions',
  conditions: 'Noise and other conditions',
};

/** report.md: the protocol and what it shares first, then all figures, with each chart in its section. */
export function reportMarkdown(
  { report, systems }: ScoredReport,
  charts: readonly Omit<ReportChart, 'spec'>[],
  { importance, links, manifest }: Pick<ReportInput, 'importance' | 'links' | 'manifest'>,
): string {
  const chartsOf = (section: ReportSection): string[] =>
    charts.filter((one) => one.section === section).map(({ name, title }) => `![${title}](figures/${name}.png)`);
  const [{ runs }] = systems;
  const partSection = (part: Part): string[] => {
    const [{ labels, rows }] = selectPart(runs, part);
    const { truth, predicted } = labelPairs(rows);
    const { classes, confusion } = report.systems[0].parts[part]!;
    return [
      `## ${part[0].toUpperCase()}${part.slice(1)}: ${codeMarkdown(report.systems[0].title)}`,
      runs.length > 1
        ? classTable(classes)
        : fencedMarkdown(classificationReportText(truth, predicted, labels), 'text'),
      `Clips by true emotion (rows) and predicted emotion (columns)${runs.length > 1 ? ', all seeds together' : ''}:`,
      confusionTable(labels, confusion),
      ...chartsOf(part),
    ];
  };
  return [
    report.kind === 'data'
      ? `# ${TITLES.data}`
      : `# ${TITLES[report.kind]} under the protocol ${codeMarkdown(report.protocol)}`,
    protocolLine(report.protocol, report),
    ...(report.notes.length > 0 ? [report.notes.map(plainMarkdown).join(' ')] : []),
    clipsLine(report, manifest.seed),
    ...figuresSection(report),
    ...chartsOf('systems'),
    ...anchorLines(report.protocol, report.kind),
    ...genderSection(report),
    ...comparisonSection(report),
    ...(report.routing ? [routingMarkdown(report, report.routing)] : []),
    ...detailedParts(report).flatMap(partSection),
    ...calibrationSection(report),
    ...chartsOf('calibration'),
    ...abstentionSection(report, systems),
    ...chartsOf('selective'),
    ...(report.kind === 'conditions' ? predictedSection(report) : [mistakesMarkdown(runs, links)]),
    ...chartsOf('errors'),
    ...(importance ? [importanceMarkdown(importance)] : []),
    ...chartsOf('importance'),
    '## Origin',
    `Made by ${codeMarkdown(manifest.command)}. Everything here can be made again from \`predictions.csv\`, without any model; \`manifest.json\` contains options, seeds, versions and hashes. Every chart is available as PNG and SVG.`,
  ]
    .join('\n\n')
    .concat('\n');
}

const ORIGINS: Record<ReportKind, (seeds: string) => string> = {
  data: (seeds) => `predicted by finished models; what of them these have learnt from is said above${seeds}`,
  models: (seeds) => `predicted by models that were trained without them${seeds}`,
  'cross-validation': (seeds) => `each predicted by models that were trained without its fold${seeds}`,
  predictions: () => 'each predicted elsewhere',
  conditions: (seeds) =>
    `the same under every condition, each predicted by models that were trained without it${seeds}`,
};

function clipsLine({ kind, labels, overlap, systems: [main] }: Report, seed: unknown): string {
  const { n, speakers } = wholeOf(main);
  const seeds = seedPhrase(seed);
  const copies = n - overlap.recordings.test;
  const [one, same] = copies === 1 ? ['is', 'the same recording as another'] : ['are', 'the same recordings as others'];
  return [
    `${n} test clips of ${speakers || 'unknown'} speakers, ${ORIGINS[kind](seeds && `, with ${seeds}`)}.`,
    ...(copies > 0 ? [`${copies} of the clips ${one} ${same}, under a second name.`] : []),
    `There are ${labels.length} emotions; chance is a UAR of ${(1 / labels.length).toFixed(3)}.`,
  ].join(' ');
}

function anchorLines(protocol: string, kind: ReportKind): string[] {
  const anchors = ANCHORS[protocol];
  if (!anchors || kind === 'conditions') return [];
  return [
    'Published figures under this protocol, UAR:',
    anchors.map(({ uar, what, source }) => `- ${uar}: ${what} (${source})`).join('\n'),
  ];
}
