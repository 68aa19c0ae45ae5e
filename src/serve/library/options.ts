import { expectOneOf } from '../../messages/arguments.ts';
import { GENDERS } from '../../data/clip.ts';
import type { ClipResult } from '../predict/clipResult.ts';
import { type RoutingChoice, ROUTINGS } from '../predict/routingChoice.ts';

/** The prediction for a recording, with the labels as transformers.js gives them: by the index of their probability. */
export interface LabelledPrediction extends ClipResult {
  id2label: Readonly<Record<number, string>>;
}

/** Names of the options of `RoutingChoice`. */
export const CHOICES = ['routing', 'gender'] as const;

/** @throws {SerError} `usage` */
export function checkChoice({ routing, gender }: RoutingChoice, of: string): void {
  expectOneOf(routing, `${of}: options.routing`, ROUTINGS);
  expectOneOf(gender, `${of}: options.gender`, GENDERS);
}
