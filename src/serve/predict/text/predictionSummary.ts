import { GENDERS } from '../../../data/clip.ts';
import type { EmotionCount } from '../../../eval/charts/emotionCountsChart.ts';
import { printableName } from '../../../messages/printable.ts';
import { counted } from '../../../words.ts';
import type { ClipResult } from '../clipResult.ts';
import type { ClipOutcome } from '../predictClips.ts';
import { predictedLabels } from './predictionFormats.ts';

/** Gender of the voice, predicted or given; none with the pooled model. */
const VOICES = [...GENDERS, 'not asked'];

/** Counts of clips by gender and emotion. */
export function countEmotions(outcomes: readonly ClipOutcome[]): EmotionCount[] {
  const predicted = outcomes.filter(isPrediction);
  return predictedLabels(outcomes).flatMap((emotion) =>
    VOICES.map((voice) => ({
      emotion,
      voice,
      clips: predicted.filter((one) => one.emotion === emotion && (one.gender ?? 'not asked') === voice).length,
    })),
  );
}

export interface SummaryOptions {
  /** Seconds that the run took. */
  seconds: number;
  /** Number of clips done by an earlier run. */
  taken: number;
}

const BAR = 40;

/**
 * A summary of a folder, for people: counts, a bar per emotion, and finally every clip that failed, with the reason.
 * @returns lines, each with a line break
 */
export function summarise(outcomes: readonly ClipOutcome[], { seconds, taken }: SummaryOptions): string {
  const predicted = outcomes.filter(isPrediction);
  const now = outcomes.length - taken;
  const speed = now > 0 ? ` in ${seconds.toFixed(1)} s (${(now / seconds).toFixed(1)} a second)` : '';
  const earlier = taken === 0 ? '' : now === 0 ? ', by an earlier run' : `, ${taken} of them by an earlier run`;
  const lines = [`${predicted.length} of ${counted(outcomes.length, 'clip')} predicted${speed}${earlier}`];
  const counts = countEmotions(outcomes);
  const voices = VOICES.filter((voice) => counts.some((count) => count.voice === voice && count.clips > 0));
  const clipsOf = (emotion: string, voice: string) =>
    counts.find((count) => count.emotion === emotion && count.voice === voice)!.clips;
  const labels = predictedLabels(outcomes);
  const width = Math.max(10, ...labels.map((label) => label.length + 1));
  const totals = labels.map((emotion) => voices.reduce((sum, voice) => sum + clipsOf(emotion, voice), 0));
  const most = Math.max(1, ...totals);
  if (predicted.length > 0) lines.push('', `${' '.repeat(width)}${voices.map((voice) => voice.padStart(10)).join('')}`);
  labels.forEach((emotion, i) => {
    if (predicted.length === 0) return;
    const cells = voices.map((voice) => String(clipsOf(emotion, voice)).padStart(10)).join('');
    lines.push(`${emotion.padEnd(width)}${cells}  ${'█'.repeat(Math.ceil((BAR * totals[i]) / most))}`.trimEnd());
  });
  const silent = predicted.filter(({ emotion }) => emotion === null).length;
  if (silent > 0) lines.push('', `${silent} without speech: no emotion is named for ${silent === 1 ? 'it' : 'them'}`);
  const unsure = predicted.filter(({ sure }) => sure === false).length;
  if (unsure > 0) lines.push('', `${unsure} of them not sure: counted by the most probable emotion`);
  const failed = outcomes.filter((outcome) => 'error' in outcome);
  if (failed.length > 0) lines.push('', `${failed.length} not predicted:`);
  for (const { file, error } of failed) {
    lines.push(`  ${printableName(error.startsWith(file) ? error : `${file}: ${error}`)}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function isPrediction(outcome: ClipOutcome): outcome is ClipResult {
  return !('error' in outcome);
}
