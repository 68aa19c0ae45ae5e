import { GENDERS } from '../../data/clip.ts';

/** The emotion models that a family may have: a pair, a pooled model, or all three. */
export const EMOTION_MODELS = [...GENDERS, 'pooled'] as const;
export type EmotionModelName = (typeof EMOTION_MODELS)[number];

/** Whether there is one model for all voices and no pair. @param available  names of models */
export const isPooledAlone = (available: readonly EmotionModelName[]): boolean =>
  available.includes('pooled') && !GENDERS.some((gender) => available.includes(gender));
