import { classScores, type ClassScores, type Scores } from './classScores.ts';

/** The values of a classification report, under scikit-learn's names. */
export type ClassificationReport = Record<string, ReportRow | number>;
export interface ReportRow {
  precision: number;
  recall: number;
  'f1-score': number;
  support: number;
}

export interface ReportOptions {
  /** Decimal places of the text; 2. */
  digits?: number;
  /** The value of 0/0, for example for a class that was never predicted. Default 0. */
  zeroDivision?: 0 | 1;
}

/**
 * Matches `sklearn.metrics.classification_report(labels=…, output_dict=True)` 1.5.2 within 1e-12: one row per label,
 * then `accuracy` (a number), or `micro avg` where `labels` leaves out a label that occurs, `macro avg`, `weighted avg`.
 * @example
 * const report = classificationReport(['angry', 'angry', 'calm'], ['angry', 'calm', 'calm'], ['angry', 'calm']);
 * [report.angry.precision, report.angry.recall, report.accuracy] // → [1, 0.5, 0.667]
 */
export function classificationReport(
  truth: readonly string[],
  predicted: readonly string[],
  labels: readonly string[],
  { zeroDivision = 0 }: ReportOptions = {},
): ClassificationReport {
  const scores = classScores(truth, predicted, labels, zeroDivision);
  // Not by assignment: a label may have any name, `__proto__` too.
  const report: ClassificationReport = Object.fromEntries(labels.map((label, i) => [label, reportRow(scores.perClass[i])])); // prettier-ignore
  if (coversAll(labels, truth, predicted)) report.accuracy = scores.micro.precision;
  else report['micro avg'] = reportRow(scores.micro);
  report['macro avg'] = reportRow(scores.macro);
  report['weighted avg'] = reportRow(scores.weighted);
  return report;
}

/**
 * The text of `sklearn.metrics.classification_report(labels=…, digits=…)` 1.5.2, character for character.
 * @example
 * const text = classificationReportText(['angry', 'angry', 'calm'], ['angry', 'calm', 'calm'], ['angry', 'calm']);
 * text.split('\n')[2].trim() // → 'angry       1.00      0.50      0.67         2'
 */
export function classificationReportText(
  truth: readonly string[],
  predicted: readonly string[],
  labels: readonly string[],
  { digits = 2, zeroDivision = 0 }: ReportOptions = {},
): string {
  const scores: ClassScores = classScores(truth, predicted, labels, zeroDivision);
  const width = Math.max('weighted avg'.length, digits, ...labels.map((label) => [...label].length));
  const line = (name: string, cells: string[]): string =>
    `${right(name, width)} ${cells.map((cell) => ` ${right(cell, 9)}`).join('')}\n`;
  const row = (name: string, { precision, recall, f1, support }: Scores): string =>
    line(name, [...[precision, recall, f1].map((value) => toFixedHalfEven(value, digits)), String(support)]);
  const { micro, macro, weighted } = scores;
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '\n',
    ...labels.map((label, i) => row(label, scores.perClass[i])),
    '\n',
    coversAll(labels, truth, predicted)
      ? line('accuracy', ['', '', toFixedHalfEven(micro.f1, digits), String(micro.support)])
      : row('micro avg', micro),
    row('macro avg', macro),
    row('weighted avg', weighted),
  ].join('');
}

function reportRow({ precision, recall, f1, support }: Scores): ReportRow {
  return { precision, recall, 'f1-score': f1, support };
}

/** With every occurring label among `labels`, micro precision, recall and F1 are all the accuracy: one figure is shown. */
function coversAll(labels: readonly string[], truth: readonly string[], predicted: readonly string[]): boolean {
  const known = new Set(labels);
  return truth.every((label) => known.has(label)) && predicted.every((label) => known.has(label));
}

function right(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - [...text].length)) + text;
}

/** As Python's `format(value, '.nf')`: an exact tie is rounded to the even digit (.125 → .12), whereas `toFixed` rounds up. */
function toFixedHalfEven(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  const exact = value.toFixed(100); // a tie is a dyadic fraction of digits + 1 places, so this shows it in full
  const point = exact.indexOf('.');
  const kept = digits === 0 ? exact.slice(0, point) : exact.slice(0, point + 1 + digits);
  const isTie = /^50*$/.test(exact.slice(point + 1 + digits));
  return isTie && Number(kept.at(-1)) % 2 === 0 ? kept : rounded;
}
