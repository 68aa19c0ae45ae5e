import type { ClipAnswer } from '../../predict/clipResult.ts';
import type { RoutingChoice } from '../../predict/routingChoice.ts';

/** Where a recording is analysed. */
export type Place = 'device' | 'server';

/** Options of an analysis. */
export interface PageChoice extends RoutingChoice {
  /** Recordings that are analysed together, as of one speaker: their ids. Absent: each by itself. */
  speaker?: string;
}

/** A recording given to the page, and the state of its analysis. */
export interface PageClip {
  id: number;
  name: string;
  /** As given, for the player. */
  file: Blob;
  state: 'preparing' | 'waiting' | 'running' | 'done';
  /** What is true of it, for one of the page's examples. */
  known?: string;
  /** Where it was sent for analysis; while it is preparing, where it probably will be. */
  place: Place;
  choice: PageChoice;
  answer?: ClipAnswer;
}
