import type { ClipAnswer } from '../../predict/clipResult.ts';
import type { RoutingChoice } from '../../predict/routingChoice.ts';

/** Where a recording is analysed. */
export type Place = 'device' | 'server';

/** A recording that somebody gave to the page, and what has become of it. */
export interface PageClip {
  id: number;
  name: string;
  /** As given: what the player plays. */
  file: Blob;
  state: 'waiting' | 'running' | 'done';
  /** Where it was sent to be analysed. */
  place: Place;
  choice: RoutingChoice;
  answer?: ClipAnswer;
}
