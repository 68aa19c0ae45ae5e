import { toCsv } from '../../../files/csv.ts';
import { printableName } from '../../../messages/printable.ts';
import { counted } from '../../../words.ts';
import type { ClipOutcome } from '../predictClips.ts';

export const PREDICTION_FORMATS = ['table', 'csv', 'json'] as const;
export type PredictionFormat = (typeof PREDICTION_FORMATS)[number];

/**
 * Writes outcomes as text that ends with a line break.
 * @param labels  of the models; without them those of the outcomes
 */
export function formatOutcomes(
  outcomes: readonly ClipOutcome[],
  format: PredictionFormat,
  labels: readonly string[] = predictedLabels(outcomes),
): string {
  if (format === 'json') return `${JSON.stringify(outcomes, null, 2)}\n`;
  return format === 'csv' ? toCsv(csvRows(outcomes, labels)) : toTable(outcomes, labels);
}

/**
 * Formats a batch of outcomes: JSON is one object per line, and CSV has its header at the beginning only.
 * @param first  whether this is the first batch
 */
export function formatBatch(
  outcomes: readonly ClipOutcome[],
  format: PredictionFormat,
  labels: readonly string[],
  first: boolean,
): string {
  if (format === 'json') return outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('');
  if (format === 'csv') return toCsv(csvRows(outcomes, labels).slice(first ? 0 : 1));
  return outcomes.length > 0 ? toTable(outcomes, labels) : '';
}

/** The labels that any of the outcomes has a probability for. */
export function predictedLabels(outcomes: readonly ClipOutcome[]): string[] {
  return [...new Set(outcomes.flatMap((one) => ('error' in one ? [] : Object.keys(one.probabilities))))];
}

/**
 * The first three columns are the reference system's; models of speaker-adapted features add the speaker's; a clip that failed has only its name and the
 * error. What was added later is at the end.
 */
function csvRows(outcomes: readonly ClipOutcome[], labels: readonly string[]): (string | number)[][] {
  const speakers = outcomes.some((outcome) => 'speaker' in outcome);
  const header = [
    'Filename',
    'Gender',
    'Predicted Emotion',
    'Confidence',
    ...labels,
    'Gender Probability',
    'Gender Source',
    'Routing',
    'Models',
    ...(speakers ? ['Speaker', 'Speaker Clips'] : []),
    'Warnings',
    'Error',
    'Sure',
    'Right On Unseen',
  ];
  const rows = outcomes.map((outcome) =>
    'error' in outcome
      ? [outcome.file, ...Array<string>(header.length - 4).fill(''), outcome.error, '', '']
      : [
          outcome.file,
          outcome.gender ?? '',
          outcome.emotion ?? '',
          outcome.confidence ?? '',
          ...labels.map((emotion) => outcome.probabilities[emotion]),
          outcome.genderProbability ?? '',
          outcome.genderSource,
          outcome.routing,
          outcome.models,
          ...(speakers ? [outcome.speaker?.name ?? '', outcome.speaker?.clips ?? ''] : []),
          outcome.warnings.join(' '),
          '',
          outcome.sure === null ? '' : String(outcome.sure),
          outcome.rightOnUnseen ?? '',
        ],
  );
  return [header, ...rows];
}

const WAYS = {
  given: "that gender's model",
  auto: "automatic routing: the more probable gender's model, both where that is doubtful",
  hard: "hard routing: the more probable gender's model",
  soft: "soft routing: both genders' models, mixed",
  pooled: 'the pooled model',
} as const;

function toTable(outcomes: readonly ClipOutcome[], labels: readonly string[]): string {
  const header = ['clip', 'gender', '', 'emotion', '', ...labels.map((emotion) => emotion.slice(0, 5))];
  const rows = outcomes.map((outcome) =>
    'error' in outcome
      ? [printableName(outcome.file), '', '', `error: ${printableName(outcome.error)}`]
      : [
          printableName(outcome.file),
          outcome.gender ?? '',
          outcome.genderProbability === null ? '' : percent(outcome.genderProbability),
          outcome.sure === false ? uncapital(outcome.headline) : (outcome.emotion ?? 'no speech'),
          outcome.confidence === null ? '' : percent(outcome.confidence),
          ...labels.map((emotion) => percent(outcome.probabilities[emotion])),
        ],
  );
  const lines = alignedLines([header, ...rows], new Set([0, 1, 3]));
  const predicted = outcomes.filter((outcome) => !('error' in outcome)) as Exclude<ClipOutcome, { error: string }>[];
  const sources = [...new Set(predicted.map(({ genderSource, routing }) => `${genderSource} (${WAYS[routing]})`))];
  if (sources.length > 0) lines.push('', `Gender from: ${sources.join(', ')}`);
  const unsure = predicted.filter(({ sure }) => sure === false).length;
  const known = predicted.filter(({ sure }) => sure !== null).length;
  if (known > 0) lines.push(`Not sure: ${unsure} of ${counted(known, 'clip')}`);
  const families = [...new Set(predicted.map(({ models }) => models))];
  if (families.length > 0) lines.push(`Models: ${families.join(', ')}`);
  const adapted = predicted.flatMap(({ speaker }) => speaker ?? []);
  const speakers = new Map(adapted.filter(({ name }) => name !== null).map(({ name, clips }) => [name, clips]));
  if (speakers.size > 0) {
    const [least, most] = [Math.min(...speakers.values()), Math.max(...speakers.values())];
    const clips = least === most ? counted(least, 'clip') : `${least} to ${most} clips`;
    lines.push(`Speaker-adapted, without labels: ${counted(speakers.size, 'speaker')}, ${clips} each`);
  } else if (adapted.length > 0)
    lines.push('Speaker-adapted, but no speakers are given: each clip by itself (--speaker-from)');
  lines.push(...warningLines(predicted));
  return `${lines.join('\n')}\n`;
}

/**
 * Rows in columns of one width each; a short row ends in text that counts for the width of no column.
 * @param rows  the header first
 * @param text  columns that are aligned to the left
 */
export function alignedLines(rows: readonly (readonly string[])[], text: ReadonlySet<number>): string[] {
  const whole = rows.filter(({ length }) => length === rows[0].length);
  const widths = rows[0].map((_, column) =>
    Math.max(...(column === 0 ? rows : whole).map((row) => row[column].length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (text.has(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

/** The warnings of each file that has any, for printing below a table; after an empty line. */
export function warningLines(results: readonly { file: string; warnings: readonly string[] }[]): string[] {
  const lines = results.flatMap(({ file, warnings }) =>
    warnings.map((warning) => `${printableName(file)}: ${warning}`),
  );
  return lines.length > 0 ? ['', ...lines] : [];
}

const uncapital = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function percent(probability: number): string {
  return `${(100 * probability).toFixed(0)} %`;
}
