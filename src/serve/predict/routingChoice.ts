import { type Gender, GENDERS } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { PAIR_ROUTINGS, type PairRouting } from '../../eval/systems/routing.ts';

/** Ways to choose the emotion model: from the pair by the gender model, hard or soft, or the model trained on both genders. */
export const ROUTINGS = [...PAIR_ROUTINGS, 'pooled'] as const;
export type Routing = PairRouting | 'pooled';

/** Options for each clip. */
export interface RoutingChoice {
  /** Default `hard`. */
  routing?: Routing;
  /** Gender of the voice: only its emotion model is used, and the gender model is not. */
  gender?: Gender;
}

export const ROUTING_DEFAULT: Routing = 'hard';

export type EmotionModelName = Gender | 'pooled';

/** The emotion models that a choice requires. */
export function modelsFor({ routing = ROUTING_DEFAULT, gender }: RoutingChoice): readonly EmotionModelName[] {
  if (gender && routing === 'pooled') {
    throw new SerError(
      'usage',
      'The pooled model takes no gender: give a gender or choose the pooled model, not both.',
    );
  }
  if (gender) return [gender];
  return routing === 'pooled' ? ['pooled'] : GENDERS;
}
