import type { Part } from '../../data/clip.ts';
import { PROBABILITY_METRICS } from '../metrics/metrics.ts';
import type { Report, SystemReport } from '../reports/report.ts';
import { predictedCounts, wholeOf } from '../systems/scores.ts';
import { isControl, type System } from '../systems/systems.ts';
import {
  change,
  countText,
  explanation,
  METRIC_TITLES,
  metricTexts,
  overSeedsText,
  percentText,
  plain,
} from './figureText.ts';
import { codeMarkdown, markdownTable, plainMarkdown } from './markdown.ts';

const titleOf = ({ title }: Pick<SystemReport, 'title'>): string => plainMarkdown(title);

/** Every metric of every system on all clips, and descriptions of the systems. */
export function figuresSection({ systems, interval }: Report): string[] {
  return [
    markdownTable(
      ['system', 'clips', 'right', ...METRIC_TITLES],
      systems.map((system) => {
        const whole = wholeOf(system);
        return [titleOf(system), String(whole.n), countText(whole.correct), ...metricTexts(whole)];
      }),
    ),
    explanation(interval, systems.map(wholeOf)),
    systems
      .map(
        ({ name, title, what }) =>
          `- ${name === title ? codeMarkdown(name) : `**${plainMarkdown(title)}** (${codeMarkdown(name)})`}: ${plainMarkdown(what)}`,
      ) // prettier-ignore
      .join('\n'),
  ];
}

/** Every metric of every system by gender, and the differences between genders. */
export function genderSection({ kind, systems, interval }: Report): string[] {
  const parts = Object.keys(systems[0].parts) as Part[];
  if (parts.length < 2 || kind === 'conditions') return [];
  const rows = systems.flatMap((system) => {
    const scored = parts.slice(0, -1).map((part) => {
      const scores = system.parts[part]!;
      return [part, ...[scores.n, scores.speakers].map(String), countText(scores.correct), ...metricTexts(scores)];
    });
    const gaps = Object.values(system.gap ?? {}).map(change);
    return [...scored, ...(system.gap ? [['female − male', '', '', '', ...gaps]] : [])].map((row) => [titleOf(system), ...row]); // prettier-ignore
  });
  return [
    '## Men and women',
    markdownTable(['system', 'clips of', 'clips', 'speakers', 'right', ...METRIC_TITLES], rows, 2),
    `In the rows “female − male” the intervals, ${100 * interval.level} %, are of the difference: speakers are drawn within each gender.`,
  ];
}

/** Every two systems on the same clips. */
export function comparisonSection({ comparisons, systems, seeds }: Report): string[] {
  if (comparisons.length === 0) return [];
  const called = (name: string): string => titleOf(systems.find((one) => one.name === name)!);
  const first = seeds.length > 1 ? `, with seed ${seeds[0]}` : '';
  const withShares = comparisons.some(({ share }) => share);
  return [
    '## Pairwise comparisons',
    'Second minus first on the same clips, means over the seeds; intervals by paired bootstrap over the speakers. *Changed*: clips whose predicted emotion differs; p: ' +
      `McNemar's exact test over the clips, two-sided${first}. It assumes that clips of one speaker are independent, which makes p too small; ` +
      'p is not corrected for the number of comparisons. Where the two disagree, trust the interval.' +
      (withShares ? " *Share of the UAR*: the second's UAR in per cent of the first's." : ''),
    markdownTable(
      [
        'first',
        'second',
        ...(withShares ? ['share of the UAR'] : []),
        ...METRIC_TITLES,
        'changed',
        'right in first only',
        'right in second only',
        'p',
      ],
      comparisons.map(({ first, second, share, differences, changed, mcnemar: { onlyFirst, onlySecond, p } }) => [
        ...[first, second].map(called),
        ...(share ? [percentText(share)] : []),
        ...Object.values(differences).map(change),
        percentText(changed),
        ...[onlyFirst, onlySecond].map(String),
        p.toPrecision(2),
      ]),
      2,
    ),
  ];
}

/** Confidence against accuracy and, if models were calibrated, the figures before that. */
export function calibrationSection({ systems, temperatures }: Report): string[] {
  const title = '## Calibration';
  if (
    systems.some((system) => PROBABILITY_METRICS.every(({ name }) => Number.isNaN(wholeOf(system).figures[name].mean)))
  ) {
    return [title, 'There are labels without probabilities, so calibration cannot be assessed.'];
  }
  const isCalibrated = systems.some(({ uncalibrated }) => uncalibrated);
  const fitted = temperatures
    ? `The models' temperatures were fitted on the validation clips of each fold (median ${temperatures.median.toFixed(2)}, ${temperatures.least.toFixed(2)} to ${temperatures.most.toFixed(2)}). ` // prettier-ignore
    : '';
  return [
    title,
    `${fitted}Confidence: mean probability of the predicted emotion; if it exceeds the accuracy, the system is overconfident.`,
    markdownTable(
      ['system', 'accuracy', 'confidence', 'confidence − accuracy', ...PROBABILITY_METRICS.flatMap(({ title }) => (isCalibrated ? [`${title} before`, 'after'] : [title]))], // prettier-ignore
      systems.map((system) => {
        const { figures, confidence } = wholeOf(system);
        const accuracy = figures.accuracy.mean;
        return [
          titleOf(system),
          ...[accuracy, confidence].map(plain),
          change({ value: confidence - accuracy }),
          ...PROBABILITY_METRICS.flatMap(({ name }) => {
            const before = system.uncalibrated?.[name];
            return [...(before ? [before] : []), figures[name]].map(overSeedsText);
          }),
        ];
      }),
    ),
  ];
}

/** Systems with the option "not sure", if there are validation clips for choosing a threshold. */
export function abstentionSection({ maxError, systems }: Report, scored: readonly System[]): string[] {
  if (scored.every(({ runs: [run] }) => run.folds.every(({ validation }) => validation.length === 0))) return [];
  return [
    '## Selective classification: when it may say “not sure”',
    `In each fold a confidence was chosen from which on at most ${Number((100 * maxError).toFixed(2))} % of the answers on its models' validation clips, each by the model of its own gender, are wrong; below it the ` +
      `system gives no answer. What that does on the test clips, where the error was to be ${maxError.toFixed(3)} at most (threshold: mean over the folds):`,
    markdownTable(
      ['system', 'confidence threshold', 'coverage', 'error (selective risk)'],
      systems
        .filter((system) => !isControl(system))
        .map((system) => {
          const { abstention } = system;
          const figures = abstention
            ? [plain(abstention.threshold), ...[abstention.coverage, abstention.error].map(overSeedsText)]
            : ['–', '–', '–'];
          return [titleOf(system), ...figures];
        }),
    ),
  ];
}

/** Numbers of clips by predicted emotion. */
export function predictedSection({ labels, systems, seeds }: Report): string[] {
  return [
    '## Predicted emotions',
    'Clips by predicted emotion. If one emotion absorbs the others, the accuracy is of little meaning.',
    markdownTable(
      ['system', ...labels.map(plainMarkdown)],
      systems.map((system) => [titleOf(system), ...predictedCounts(wholeOf(system), seeds.length).map(countText)]),
    ),
  ];
}
