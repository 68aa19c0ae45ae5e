import { calibration } from '../metrics/calibration.ts';
import type { ChartSpec } from '../charts/chartTheme.ts';
import { type ClipMap, predictionMapChart } from '../charts/clips/clipMap.ts';
import { confusionChart } from '../charts/confusionChart.ts';
import type { CrossReport } from './crossReport.ts';
import { groupConfusionChart, groupRecallChart } from '../charts/groupCharts.ts';
import { type BlockImportance, importanceChart } from './importance.ts';
import { type Grouping, type GroupScores, groupingsOf, groupScores } from '../statistics/mistakes.ts';
import { overlapPhrase } from '../statistics/overlap.ts';
import { isLabelsOnly } from '../systems/predictions.ts';
import { reliabilityChart } from '../charts/reliabilityChart.ts';
import type { ReportContext } from '../text/reportMarkdown.ts';
import { riskCoverageChart } from '../charts/riskCoverageChart.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import { abstentionByFold, riskCoverage } from '../statistics/selective.ts';
import { isControl, type SeedPredictions, type SystemPredictions } from '../systems/systems.ts';
import { systemsChart } from '../charts/systemsChart.ts';

/** Where in the report a chart stands. */
export type CrossSection = 'systems' | 'emotions' | 'calibration' | 'selective' | 'errors' | 'importance';

export interface CrossFigure {
  section: CrossSection;
  /** Of its file, without the extension. */
  name: string;
  title: string;
  spec: ChartSpec;
}

/** What the charts are drawn of besides the report. */
export interface CrossFiguresInput extends Pick<ReportContext, 'overlap'> {
  predictions: SystemPredictions;
  /** The same before calibration. */
  before: SystemPredictions;
  importance?: readonly BlockImportance[];
  map?: ClipMap;
}

/** The charts of a cross-validation. */
export function crossFigures(
  { protocol, seeds, labels, systems, maxError }: CrossReport,
  { overlap, predictions, before, importance, map }: CrossFiguresInput,
): CrossFigure[] {
  const [{ system, parts, confusion }] = systems;
  const { n, speakers } = parts.combined ?? Object.values(parts)[0];
  const many = seeds.length > 1 ? `${seeds.length} seeds` : seedPhrase(seeds) || 'predictions made elsewhere';
  const about = `protocol ${protocol}, ${n} test clips of ${speakers} speakers, ${overlapPhrase(overlap)}`;
  const subtitle = `${about}, ${many}`;
  const firstSeed = `${about}, ${seedPhrase(seeds[0]) || many}`;
  const figure = (section: CrossSection, name: string, title: string, draw: (title: string) => ChartSpec) => ({
    ...{ section, name, title },
    spec: draw(title),
  });
  const [main] = predictions[system]!;
  const panels = system === 'given'
    ? [{ name: 'as given', ...calibration(main) }]
    : [before, predictions].map((all, i) => ({ name: ['before calibration', 'after'][i], ...calibration(all[system]![0]) })); // prettier-ignore
  const curves = systems
    .filter((one) => !isControl(one.system))
    .map((one) => {
      const [first] = predictions[one.system]!;
      const chosen = one.system === 'given' ? undefined : abstentionByFold(first.folds, maxError);
      return { name: one.system, curve: riskCoverage(first), chosen };
    });
  return [
    figure('systems', 'systems', 'Unweighted average recall', (title) =>
      systemsChart({ systems, chance: 1 / labels.length, title, subtitle }),
    ),
    figure('emotions', 'confusion', `Confusion matrix: ${system}`, (title) =>
      confusionChart({ labels, confusion, title, subtitle, normalised: true, runs: seeds.length }),
    ),
    ...(isLabelsOnly(main)
      ? []
      : [
          figure('calibration', 'reliability', `Confidence and accuracy: ${system}`, (title) =>
            reliabilityChart({ panels, title, subtitle: firstSeed }),
          ),
          figure('selective', 'risk-coverage', 'Errors among the clips that are answered', (title) =>
            riskCoverageChart({
              systems: curves,
              maxError: system === 'given' ? undefined : maxError,
              title,
              subtitle: firstSeed,
            }),
          ),
        ]),
    ...groupFigures(system, predictions[system]!, subtitle),
    ...(importance
      ? [
          figure('importance', 'importance', 'UAR drop when a block of features is permuted', (title) =>
            importanceChart({ blocks: importance, title, subtitle }),
          ),
        ]
      : []),
    ...(map
      ? [
          figure('errors', 'map', `Test clips by their features; open: errors of ${system}`, (title) =>
            predictionMapChart({ map, predictions: main, title, subtitle: firstSeed }),
          ),
        ]
      : []),
  ];
}

/** Confusions by gender, intensity, sentence and channel, where the clips have them, and recall by speaker; counts of all seeds together. */
function groupFigures(system: string, seeds: readonly SeedPredictions[], subtitle: string): CrossFigure[] {
  const { labels } = seeds[0];
  const { speaker, ...kinds } = groupingsOf(seeds[0]);
  const rows = seeds.flatMap((seed) => seed.rows);
  const counted = (groups: GroupScores[]) =>
    groups.map((one) => ({ ...one, group: `${one.group}, ${one.n / seeds.length} clips` }));
  const chart = (name: string, title: string, draw: typeof groupConfusionChart, groupOf: Grouping) => {
    const groups = groupScores({ labels, rows }, groupOf);
    const section: CrossSection = 'errors';
    return groups.length > 1 ? [{ section, name, title, spec: draw({ labels, groups, title, subtitle }) }] : [];
  };
  return [
    ...Object.entries(kinds).flatMap(([kind, groupOf]) =>
      chart(
        `confusion-by-${kind}`,
        `Confusion matrix by ${kind}: ${system}`,
        (data) => groupConfusionChart({ ...data, groups: counted(groupScores({ labels, rows }, groupOf)) }),
        groupOf,
      ),
    ),
    ...chart(
      'recall-by-speaker',
      `Recall by speaker: ${system}`,
      (data) => groupRecallChart({ ...data, by: 'speaker, the highest mean recall first' }),
      (row) => `${speaker(row)} ${row.gender?.[0] ?? ''}`.trim(),
    ),
  ];
}
