import { toCsv } from '../../files/csv.ts';
import { printableName } from '../../messages/printable.ts';
import type { VoiceOutcome } from './classifyVoices.ts';
import { alignedLines, type PredictionFormat, warningLines } from '../predict/text/predictionFormats.ts';

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
  const rows = outcomes.map((outcome) =>
    'error' in outcome
      ? [printableName(outcome.file), `error: ${printableName(outcome.error)}`]
      : [
          printableName(outcome.file),
          outcome.label,
          `${(100 * outcome.probability).toFixed(1)} %`,
          ...outcome.logits.map((logit) => logit.toFixed(3)),
        ],
  );
  const lines = alignedLines([['file', 'gender', 'probability', 'male', 'female'], ...rows], new Set([0, 1]));
  return [...lines, ...warningLines(outcomes.filter((outcome) => 'warnings' in outcome)), ''].join('\n');
}
