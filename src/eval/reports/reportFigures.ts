import type { ChartSpec } from '../charts/chartTheme.ts';
import { classScoresChart } from '../charts/classScoresChart.ts';
import { confusionChart } from '../charts/confusionChart.ts';
import { type Evaluation, type Part, partsOf } from '../metrics/evaluate.ts';
import { classScores } from '../metrics/metrics.ts';
import { type Overlap, overlapPhrase } from '../statistics/overlap.ts';
import { labelPairs, type Predictions } from '../systems/predictions.ts';
import type { FigureName } from '../text/reportMarkdown.ts';
import { calibration } from '../metrics/calibration.ts';
import { reliabilityChart } from '../charts/reliabilityChart.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import { type TrainingEpoch } from '../systems/trainingEpoch.ts';
import { trainingChart } from '../charts/trainingChart.ts';

/** The epochs of a training, by the name of its model: `male`, `female`. */
export type TrainingHistory = Record<string, readonly TrainingEpoch[]>;

export interface Figure extends FigureName {
  spec: ChartSpec;
}

/** All charts of a report: per part the confusion matrix twice, the classes, the reliability, and the training of its models. `seed` is the manifest's. */
export function reportFigures(
  predictions: Predictions,
  evaluation: Evaluation,
  { overlap, history, seed }: { overlap: Overlap; history: TrainingHistory; seed?: unknown },
): Figure[] {
  const { labels, protocol } = predictions;
  return partsOf(predictions).flatMap(([part, rows]) => {
    const of = part === 'combined' ? 'male and female voices' : `${part} voices`;
    const speakers = new Set(rows.map((row) => row.speaker)).size;
    const subtitle = [
      `protocol ${protocol}, ${rows.length} test clips of ${speakers} speakers`,
      overlapPhrase(overlap),
      ...[seedPhrase(seed, part)].filter(Boolean),
    ].join(', ');
    const { truth, predicted } = labelPairs(rows);
    const scores = classScores(truth, predicted, labels).perClass;
    const { confusion } = evaluation[part]!;
    const figure = (kind: string, title: string, draw: (title: string) => ChartSpec): Figure => ({
      name: `${part}-${kind}`,
      part,
      title,
      spec: draw(title),
    });
    return [
      figure('confusion', `Confusion matrix, ${of}`, (title) =>
        confusionChart({ labels, confusion, title, subtitle })), // prettier-ignore
      figure('confusion-normalised', `Confusion by true emotion, ${of}`, (title) =>
        confusionChart({ labels, confusion, title, subtitle, normalised: true })), // prettier-ignore
      figure('classes', `Precision, recall and F1, ${of}`, (title) =>
        classScoresChart({ labels, scores, title, subtitle })), // prettier-ignore
      figure('reliability', `Confidence and accuracy, ${of}`, (title) =>
        reliabilityChart({ panels: [{ name: 'all clips', ...calibration({ labels, rows }) }], title, subtitle })), // prettier-ignore
      ...trainingFigure(part, protocol, history, seedPhrase(seed, part)),
    ];
  });
}

function trainingFigure(part: Part, protocol: string, history: TrainingHistory, seed: string): Figure[] {
  const runs = Object.entries(history)
    .filter(([name, epochs]) => epochs.length > 0 && (part === 'combined' || name === part))
    .map(([name, epochs]) => ({ name, epochs }));
  if (runs.length === 0) return [];
  const title = `Training, ${runs.map((run) => run.name).join(' and ')} model${runs.length > 1 ? 's' : ''}`;
  const subtitle = `protocol ${protocol}${seed && `, ${seed}`}; the validation clips are cut from the training clips`;
  return [{ name: `${part}-training`, part, title, spec: trainingChart({ runs, title, subtitle }) }];
}
