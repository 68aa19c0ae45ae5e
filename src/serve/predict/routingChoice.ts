import { type Gender, GENDERS } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { PAIR_ROUTINGS, type PairRouting } from '../../eval/systems/routing.ts';

/** Which models answer: the pair, hard or soft by the gender model, or the one that was trained on both genders. */
export const ROUTINGS = [...PAIR_ROUTINGS, 'pooled'] as const;
export type Routing = PairRouting | 'pooled';

/** What a caller may choose for each clip. */
export interface RoutingChoice {
  /** Default `hard`. */
  routing?: Routing;
  /** The voice is taken for this: its model answers alone, and the gender model is not asked. */
  gender?: Gender;
}

export const ROUTING_DEFAULT: Routing = 'hard';

export type EmotionModelName = Gender | 'pooled';

/** The emotion models that a choice takes. */
export function modelsFor({ routing = ROUTING_DEFAULT, gender }: RoutingChoice): readonly EmotionModelName[] {
  if (gender && routing === 'pooled') {
    throw new SerError(
      'usage',
      'The pooled model takes no gender: give a gender or ask for the pooled model, not both.',
    );
  }
  if (gender) return [gender];
  return routing === 'pooled' ? ['pooled'] : GENDERS;
}
