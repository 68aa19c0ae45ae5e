import { capital } from '../../words.ts';
import type { EmotionVerdict } from '../predict/predictEmotion.ts';

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

/** An emotion for display, or "No speech". */
export function emotionName(emotion: string | null): string {
  return emotion ? capital(emotion) : 'No speech';
}

/** `Angry, 65.0 %`, or `No speech`. */
export function verdictWords({ emotion, confidence }: Pick<EmotionVerdict, 'emotion' | 'confidence'>): string {
  return confidence === null ? emotionName(emotion) : `${emotionName(emotion)}, ${percent(confidence)}`;
}
