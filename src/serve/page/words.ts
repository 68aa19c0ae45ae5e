import type { Gender } from '../../data/clip.ts';
import { DOUBTFUL_GENDER } from '../../train/gender/doubtful.ts';
import { capital } from '../../words.ts';
import { type EmotionVerdict, shortHeadline } from '../predict/verdict.ts';
import type { Segment } from '../timeline/segment.ts';

/** Numbers and names for display. */

/** A probability in whole percent, and never all or nothing: `63 %`, `over 99 %`, `under 1 %`. */
export function percent(probability: number): string {
  if (probability >= 0.995) return 'over 99 %';
  return probability < 0.005 ? 'under 1 %' : `${Math.round(100 * probability)} %`;
}

/** Seconds for display: `3.4 s`, `2:05 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`;
}

/** `Angry, 65 %`, `Not sure: angry or fearful`, or `No speech found`. */
export function verdictWords(verdict: Pick<EmotionVerdict, 'emotion' | 'headline' | 'sure' | 'confidence'>): string {
  const { confidence, sure } = verdict;
  return confidence === null || sure === false
    ? shortHeadline(verdict)
    : `${shortHeadline(verdict)}, ${percent(confidence)}`;
}

/** Who speaks, and how: `Female: Angry, 81 %`. */
export function segmentWords(segment: Segment): string {
  const { gender, genderProbability } = segment;
  return `${gender === null ? '' : `${shortVoice(gender, genderProbability)}: `}${verdictWords(segment)}`;
}

/** Below it, which of two is hardly more than a guess. */
const EVEN_GENDER = 0.6;

/**
 * Whose voice it is, with its doubt: `A female voice`, `Probably a female voice`.
 * @param probability  of that gender by the gender model; null if the gender was given
 */
export function voiceWords(gender: Gender, probability: number | null): string {
  if (isEven(probability)) return 'A male or a female voice';
  return isDoubtful(probability) ? `Probably a ${gender} voice` : `A ${gender} voice`;
}

/** How probable that is: `97 % probable`, or where it is hardly more than a guess `58 % male`. */
export function voiceDetail(gender: Gender, probability: number | null): string {
  if (probability === null) return 'as you said';
  return `${percent(probability)} ${isEven(probability) ? gender : 'probable'}`;
}

/** The same for tables: `Female`, `Probably female`. */
export function shortVoice(gender: Gender, probability: number | null): string {
  if (isEven(probability)) return 'Male or female';
  return isDoubtful(probability) ? `Probably ${gender}` : capital(gender);
}

const isEven = (probability: number | null): boolean => probability !== null && probability < EVEN_GENDER;
const isDoubtful = (probability: number | null): boolean => probability !== null && probability < DOUBTFUL_GENDER;
