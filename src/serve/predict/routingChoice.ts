import { type Gender, GENDERS } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { PAIR_ROUTINGS } from '../../eval/systems/routing.ts';
import { type EmotionModelName, isPooledAlone } from '../../train/families/members.ts';
import { DOUBTFUL_GENDER } from '../../train/gender/doubtful.ts';
import type { VoiceGender } from '../../train/gender/ecapa/genderModel.ts';

/** Ways to choose the emotion model: from the pair by the gender model, soft where the gender is doubtful, or always hard or soft; or the model trained on both genders. */
export const ROUTINGS = ['auto', ...PAIR_ROUTINGS, 'pooled'] as const;
export type Routing = (typeof ROUTINGS)[number];

/** Options for each clip. */
export interface RoutingChoice {
  /** Default `auto`; `pooled` with models that are one for all voices (`defaultRouting`). */
  routing?: Routing;
  /** Gender of the voice: only its emotion model is used, and the gender model is not. */
  gender?: Gender;
}

/** Of a pair. */
export const ROUTING_DEFAULT: Routing = 'auto';

/** The routing where none is asked for. @param available  names of the emotion models that there are */
export function defaultRouting(available: readonly EmotionModelName[]): Routing {
  return isPooledAlone(available) ? 'pooled' : ROUTING_DEFAULT;
}

/** The choice with the default routing, if it leaves the routing open and names no gender. */
export function withRouting(choice: RoutingChoice, available: readonly EmotionModelName[]): RoutingChoice {
  return choice.gender || choice.routing ? choice : { ...choice, routing: defaultRouting(available) };
}

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
