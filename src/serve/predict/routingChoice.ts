import { type Gender, GENDERS } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { PAIR_ROUTINGS } from '../../eval/systems/routing.ts';
import { DOUBTFUL_GENDER } from '../../train/gender/doubtful.ts';
import type { VoiceGender } from '../../train/gender/ecapa/genderModel.ts';

/** Ways to choose the emotion model: from the pair by the gender model, soft where the gender is doubtful, or always hard or soft; or the model trained on both genders. */
export const ROUTINGS = ['auto', ...PAIR_ROUTINGS, 'pooled'] as const;
export type Routing = (typeof ROUTINGS)[number];

/** Options for each clip. */
export interface RoutingChoice {
  /** Default `auto`. */
  routing?: Routing;
  /** Gender of the voice: only its emotion model is used, and the gender model is not. */
  gender?: Gender;
}

export const ROUTING_DEFAULT: Routing = 'auto';

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

/** Whether both models of a pair answer for a voice, weighted by the probability of its gender. */
export function asksBoth(routing: Routing, { probability }: Pick<VoiceGender, 'probability'>): boolean {
  return routing === 'soft' || (routing === 'auto' && probability < DOUBTFUL_GENDER);
}
