import { toCsv } from '../../files/csv.ts';
import { printableName } from '../../printable.ts';
import type { VoiceOutcome } from './classifyVoices.ts';
import { type PredictionFormat, warningLines } from '../predict/predictionFormats.ts';

/** Formats outcomes as text that ends with a line break. */
export function formatVoices(outcomes: readonly VoiceOutcome[], format: PredictionFormat): string {
  if (format === 'json') return `${JSON.stringify(outcomes, null, 2)}\n`;
  return format === 'csv' ? toCsv(csvRows(outcomes)) : toTable(outcomes);
}

function csvRows(outcomes: readonly VoiceOutcome[]): (string | number)[][] {
  const rows = outcomes.map((outcome) =>
    'error' in outcome
      ? [outcome.file, '', '', '', '', '', outcome.error]
      : [outcome.file, outcome.label, outcome.probability, ...outcome.logits, outcome.warnings.join(' '), ''],
  );
  return [['Filename', 'Gender', 'Probability', 'Male Logit', 'Female Logit', 'Warnings', 'Error'], ...rows];
}

function toTable(outcomes: readonly VoiceOutcome[]): string {
  const width = Math.max(4, ...outcomes.map(({ file }) => printableName(file).length));
  const line = (file: string, label: string, probability: string, male: string, female: string): string =>
    `${file.padEnd(width)}  ${label.padEnd(6)}  ${probability.padStart(11)}  ${male.padStart(8)}  ${female.padStart(8)}\n`;
  const rows = outcomes.map((outcome) => {
    if ('error' in outcome)
      return `${printableName(outcome.file).padEnd(width)}  error: ${printableName(outcome.error)}\n`;
    const [male, female] = outcome.logits.map((logit) => logit.toFixed(3));
    return line(
      printableName(outcome.file),
      outcome.label,
      `${(100 * outcome.probability).toFixed(1)} %`,
      male,
      female,
    );
  });
  const warned = warningLines(outcomes.filter((outcome) => 'warnings' in outcome));
  const header = line('file', 'gender', 'probability', 'male', 'female');
  return [header, ...rows, ...warned.map((text) => `${text}\n`)].join('');
}
