import type { Gender } from '../data/clip.ts';

/** How the gender model's answer becomes an emotion, by the pair of emotion models. */
export const PAIR_ROUTINGS = ['hard', 'soft'] as const;
export type PairRouting = (typeof PAIR_ROUTINGS)[number];

/**
 * The probabilities that a pair of gender-specific models gives, by what is known of the voice. `hard`: those of the more probable
 * gender's model. `soft`: both models' probabilities, mixed by the probabilities of the genders (a mixture of experts whose gate
 * is the gender model; Jacobs et al., 1991).
 * @param pair  what each model says, one probability a label
 * @param maleProbability  0–1; at ½ the voice counts as male, as it does for the gender model
 */
export function routeProbabilities(
  routing: PairRouting,
  pair: Record<Gender, ArrayLike<number>>,
  maleProbability: number,
): number[] {
  const weight = routing === 'soft' ? maleProbability : maleProbability >= 0.5 ? 1 : 0;
  return Array.from(pair.male, (male, label) => weight * male + (1 - weight) * pair.female[label]);
}
