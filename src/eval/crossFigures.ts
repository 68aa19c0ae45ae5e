import { calibration } from './calibration.ts';
import type { ChartSpec } from './chartTheme.ts';
import { type ClipMap, predictionMapChart } from './clipMap.ts';
import { confusionChart } from './confusionChart.ts';
import { type CrossReport, selectionOf } from './crossReport.ts';
import { groupConfusionChart, groupRecallChart } from './groupCharts.ts';
import { type BlockImportance, importanceChart } from './importance.ts';
import { type Grouping, groupingsOf, groupScores } from './mistakes.ts';
import { overlapPhrase } from './overlap.ts';
import { reliabilityChart } from './reliabilityChart.ts';
import type { ReportContext } from './reportMarkdown.ts';
import { riskCoverageChart } from './riskCoverageChart.ts';
import { riskCoverage } from './selective.ts';
import { CROSS_SYSTEMS, type SeedPredictions, type SystemPredictions } from './systems.ts';
import { systemsChart } from './systemsChart.ts';

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
): { name: string; title: string; spec: ChartSpec }[] {
  const [{ system, parts, confusion }] = systems;
  const { n, speakers } = parts.combined ?? Object.values(parts)[0];
  const many = seeds.length > 1 ? `${seeds.length} seeds` : `seed ${seeds[0]}`;
  const about = `protocol ${protocol}, ${n} test clips of ${speakers} speakers, ${overlapPhrase(overlap)}`;
  const subtitle = `${about}, ${many}`;
  const firstSeed = `${about}, seed ${seeds[0]}`;
  const figure = (name: string, title: string, draw: (title: string) => ChartSpec) => ({
    name,
    title,
    spec: draw(title),
  });
  const panels = [before, predictions].map((all, i) => ({
    name: ['before calibration', 'after'][i],
    ...calibration(all[system]![0]),
  }));
  const curves = systems
    .filter((one) => one.system !== 'swapped')
    .map((one) => {
      const [first] = predictions[one.system]!;
      return { name: one.system, curve: riskCoverage(first), chosen: selectionOf(first, maxError) };
    });
  return [
    figure('systems', 'Unweighted average recall', (title) => systemsChart({ systems, title, subtitle })),
    figure('confusion', `Confusion by true emotion: ${CROSS_SYSTEMS[system]}`, (title) =>
      confusionChart({ labels, confusion, title, subtitle, normalised: true }),
    ),
    figure('reliability', `Confidence and accuracy: ${CROSS_SYSTEMS[system]}`, (title) =>
      reliabilityChart({ panels, title, subtitle: firstSeed }),
    ),
    figure('risk-coverage', 'Errors among the clips that are answered', (title) =>
      riskCoverageChart({ systems: curves, maxError, title, subtitle: firstSeed }),
    ),
    ...groupFigures(predictions[system]!, subtitle),
    ...(importance
      ? [
          figure('importance', 'What is lost without a block of features', (title) =>
            importanceChart({ blocks: importance, title, subtitle }),
          ),
        ]
      : []),
    ...(map
      ? [
          figure('map', 'The test clips by their features, and what is taken for something else', (title) =>
            predictionMapChart({ map, predictions: predictions[system]![0], title, subtitle: firstSeed }),
          ),
        ]
      : []),
  ];
}

/** Confusions by gender, intensity, sentence and channel, where the clips have them, and recall by speaker; counts of all seeds together. */
function groupFigures(
  seeds: readonly SeedPredictions[],
  subtitle: string,
): { name: string; title: string; spec: ChartSpec }[] {
  const { labels } = seeds[0];
  const { speaker, ...kinds } = groupingsOf(seeds[0]);
  const rows = seeds.flatMap((seed) => seed.rows);
  const chart = (name: string, title: string, draw: typeof groupConfusionChart, groupOf: Grouping) => {
    const groups = groupScores({ labels, rows }, groupOf);
    return groups.length > 1 ? [{ name, title, spec: draw({ labels, groups, title, subtitle }) }] : [];
  };
  return [
    ...Object.entries(kinds).flatMap(([kind, groupOf]) =>
      chart(`confusion-by-${kind}`, `Confusion by ${kind}`, groupConfusionChart, groupOf),
    ),
    ...chart('recall-by-speaker', 'Recall by speaker', (data) => groupRecallChart({ ...data, by: 'speaker' }), speaker),
  ];
}
