import type { EmotionVerdict } from '../predict/verdict.ts';

/** Numbers and names for display. */

export function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

/** Seconds for display: `3.4 s`, `2:05 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`;
}

/** `Angry, 65.0 %`, `Not sure (angry or fearful)`, or `No speech`. */
export function verdictWords({
  headline,
  sure,
  confidence,
}: Pick<EmotionVerdict, 'headline' | 'sure' | 'confidence'>): string {
  return confidence === null || sure === false ? headline : `${headline}, ${percent(confidence)}`;
}
