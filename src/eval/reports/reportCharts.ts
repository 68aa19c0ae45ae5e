import { COMBINED, type Part } from '../../data/clip.ts';
import type { ChartSpec } from '../charts/chartTheme.ts';
import { classScoresChart } from '../charts/classScoresChart.ts';
import { type ClipMap, predictionMapChart } from '../charts/clips/clipMap.ts';
import { confusionChart } from '../charts/confusionChart.ts';
import { type GroupChartData, groupConfusionChart, groupRecallChart } from '../charts/matrices/groupCharts.ts';
import { reliabilityChart } from '../charts/reliabilityChart.ts';
import { riskCoverageChart } from '../charts/riskCoverageChart.ts';
import { robustnessChart } from '../charts/robustnessChart.ts';
import { systemsChart } from '../charts/systemsChart.ts';
import { trainingChart } from '../charts/trainingChart.ts';
import type { TrainingEpoch } from '../systems/trainingEpoch.ts';
import { calibration } from '../metrics/calibration.ts';
import { type Grouping, groupingsOf, type GroupScores, groupScores } from '../statistics/mistakes.ts';
import { overlapPhrase } from '../statistics/overlap.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import { abstentionByFold, riskCoverage } from '../statistics/selective.ts';
import { isLabelsOnly } from '../systems/predictions.ts';
import { selectPart, wholeOf } from '../systems/scores.ts';
import { isControl } from '../systems/systems.ts';
import { type BlockImportance, importanceChart } from './importance.ts';
import type { Report, ScoredReport } from './report.ts';

/** Section of a chart in the report: that of a part, or one of these. */
export type ReportSection = Part | 'systems' | 'calibration' | 'selective' | 'errors' | 'importance';

export interface ReportChart {
  section: ReportSection;
  /** Name of its file, without the extension. */
  name: string;
  title: string;
  spec: ChartSpec;
}

/** The epochs of a training, by the name of its model: `male`, `female`. */
export type TrainingHistory = Record<string, readonly TrainingEpoch[]>;

/** Data for charts besides the predictions. */
export interface ChartMaterial {
  /** Curves of the trainings, if known. */
  history?: TrainingHistory;
  importance?: readonly BlockImportance[];
  map?: ClipMap;
  /** From the manifest. */
  seed?: unknown;
}

/** Parts with sections of their own: all for finished models, none for conditions. */
export function detailedParts({ kind, systems: [main] }: Report): Part[] {
  const parts = Object.keys(main.parts) as Part[];
  if (kind === 'conditions') return [];
  return kind === 'models' || kind === 'data' ? parts : parts.slice(-1);
}

/** All charts of a report. */
export function reportCharts(
  { report, systems, before }: ScoredReport,
  { history = {}, importance, map, seed }: ChartMaterial,
): ReportChart[] {
  const { kind, protocol, labels, overlap, interval } = report;
  const [main] = report.systems;
  const [{ runs }] = systems;
  const subtitleOf = (part?: Part, seeds: unknown = seed): string => {
    const { n, speakers } = part ? main.parts[part]! : wholeOf(main);
    const about = `protocol ${protocol}, ${n} test clips of ${speakers || 'unknown'} speakers, ${overlapPhrase(overlap)}`;
    return [about, seedPhrase(seeds, part)].filter(Boolean).join(', ');
  };
  const chart = (section: ReportSection, name: string, title: string, draw: (title: string) => ChartSpec): ReportChart => ({ section, name, title, spec: draw(title) }); // prettier-ignore
  const subtitle = subtitleOf();
  if (kind === 'conditions') {
    const lines = `${subtitle}; lines: ${100 * interval.level} % intervals over the speakers`;
    return [
      chart('systems', 'robustness', 'Noise and other conditions: what the models still get right', (title) =>
        robustnessChart({ report, title, subtitle: lines }),
      ),
    ];
  }
  const firstSeed = subtitleOf(undefined, runs.length > 1 ? runs[0].seed : seed);
  const withProbabilities = !isLabelsOnly(runs[0]);
  const curves = report.systems.flatMap((one, i) => {
    if (isControl(one)) return [];
    const [first] = systems[i].runs;
    const hasValidation = first.folds.some(({ validation }) => validation.length > 0);
    const chosen = hasValidation ? abstentionByFold(first.folds, report.maxError) : undefined;
    return [{ name: one.name, curve: riskCoverage(first), chosen }];
  });

  const partCharts = (part: Part): ReportChart[] => {
    const scores = main.parts[part]!;
    const whose = part === COMBINED ? 'all voices' : `${part} voices`;
    const text = { labels, confusion: scores.confusion, runs: runs.length, subtitle: subtitleOf(part) };
    const classes = scores.classes.map(({ precision, recall, f1, clips }) => {
      return { precision: precision.mean, recall: recall.mean, f1: f1.mean, support: clips };
    });
    const [after] = selectPart(runs, part);
    const panels = report.temperatures
      ? [selectPart(before[0].runs, part)[0], after].map((run, i) => ({ name: ['before calibration', 'after'][i], ...calibration(run) })) // prettier-ignore
      : [{ name: 'all clips', ...calibration(after) }];
    return [
      ...(runs.length > 1
        ? []
        : [
            chart(part, `${part}-confusion`, `Confusion matrix, ${whose}`, (title) =>
              confusionChart({ ...text, title }),
            ),
          ]),
      chart(part, `${part}-confusion-normalised`, `Confusion by true emotion, ${whose}`, (title) =>
        confusionChart({ ...text, title, normalised: true }),
      ),
      chart(part, `${part}-classes`, `Precision, recall and F1, ${whose}`, (title) =>
        classScoresChart({ labels, scores: classes, title, subtitle: text.subtitle }),
      ),
      ...(withProbabilities
        ? [
            chart('calibration', `${part}-reliability`, `Confidence and accuracy, ${whose}`, (title) =>
              reliabilityChart({ panels, title, subtitle: part === COMBINED ? firstSeed : text.subtitle }),
            ),
          ]
        : []),
      ...trainingCharts(part, protocol, history, seedPhrase(seed, part)),
    ];
  };

  return [
    ...(systems.length > 1 || runs.length > 1
      ? [
          chart('systems', 'systems', 'Unweighted average recall', (title) =>
            systemsChart({ systems: report.systems, chance: 1 / labels.length, title, subtitle }),
          ),
        ]
      : []),
    ...detailedParts(report).flatMap(partCharts),
    ...(withProbabilities
      ? [
          chart('selective', 'risk-coverage', 'Errors among the clips that are answered', (title) => {
            const isChosen = curves.some(({ chosen }) => chosen !== undefined);
            return riskCoverageChart({ systems: curves, maxError: isChosen ? report.maxError : undefined, title, subtitle: firstSeed }); // prettier-ignore
          }),
        ]
      : []),
    ...groupCharts({ report, systems, before }, subtitle),
    ...(importance
      ? [
          chart('importance', 'importance', 'UAR drop when a block of features is permuted', (title) =>
            importanceChart({ blocks: importance, title, subtitle }),
          ),
        ]
      : []),
    ...(map
      ? [
          chart('errors', 'map', `Test clips by their features; open: errors of ${main.title}`, (title) =>
            predictionMapChart({ map, predictions: runs[0], title, subtitle: firstSeed }),
          ),
        ]
      : []),
  ];
}

function trainingCharts(part: Part, protocol: string, history: TrainingHistory, seed: string): ReportChart[] {
  const runs = Object.entries(history)
    .filter(([name, epochs]) => epochs.length > 0 && (part === COMBINED || name === part))
    .map(([name, epochs]) => ({ name, epochs }));
  if (runs.length === 0) return [];
  const title = `Training, ${runs.map((run) => run.name).join(' and ')} model${runs.length > 1 ? 's' : ''}`;
  const subtitle = `protocol ${protocol}${seed && `, ${seed}`}; the validation clips are cut from the training clips`;
  return [{ section: part, name: `${part}-training`, title, spec: trainingChart({ runs, title, subtitle }) }];
}

/** Confusion by gender and by the corpus's other groupings, and recall by speaker, with the counts of all seeds added up. */
function groupCharts(
  {
    report: {
      labels,
      systems: [main],
    },
    systems,
  }: ScoredReport,
  subtitle: string,
): ReportChart[] {
  const [{ runs }] = systems;
  const { speaker, ...kinds } = groupingsOf(runs[0]);
  const rows = runs.flatMap((run) => run.rows);
  const chart = (
    name: string,
    title: string,
    groupOf: Grouping,
    draw: (data: Omit<GroupChartData, 'groups'> & { groups: GroupScores[] }) => ChartSpec,
  ): ReportChart[] => {
    const groups = groupScores({ labels, rows }, groupOf);
    return groups.length > 1 ? [{ section: 'errors', name, title, spec: draw({ labels, groups, title, subtitle }) }] : []; // prettier-ignore
  };
  return [
    ...Object.entries(kinds).flatMap(([kind, groupOf]) =>
      chart(`confusion-by-${kind}`, `Confusion matrix by ${kind}: ${main.title}`, groupOf, ({ groups, ...data }) =>
        groupConfusionChart({
          ...data,
          groups: groups.map((one) => ({ ...one, group: `${one.group}, ${one.n / runs.length} clips` })),
        }),
      ),
    ),
    ...chart(
      'recall-by-speaker',
      `Recall by speaker: ${main.title}`,
      (row) => [speaker(row), row.gender?.[0]].filter(Boolean).join(' '),
      (data) => groupRecallChart({ ...data, by: 'speaker, the highest mean recall first' }),
    ),
  ];
}
