import * as v from 'valibot';
import { count, finite } from '../../files/json.ts';

/** When and how the learning rate is reduced. */
export interface PlateauOptions {
  /** Factor of the reduction. Default 0.5. */
  factor?: number;
  /** Epochs without improvement before a reduction. Default 5. */
  patience?: number;
  /** Lower limit. Default 1e-7. */
  minLearningRate?: number;
  /** Smallest decrease of the figure that counts as an improvement. Default 1e-4. */
  minDelta?: number;
  /** Epochs after a reduction that are not counted. Default 0. */
  cooldown?: number;
}

/** State of a schedule; plain data, stored in checkpoints. */
export const PLATEAU_STATE = v.object({
  learningRate: finite,
  /** Lowest figure so far that counted as an improvement. */
  best: finite,
  wait: count,
  cooldown: count,
});
export type PlateauState = v.InferOutput<typeof PLATEAU_STATE>;

export function startPlateau(learningRate: number): PlateauState {
  // JSON has no infinity, and a checkpoint must hold the state.
  return { learningRate, best: Number.MAX_VALUE, wait: 0, cooldown: 0 };
}

/**
 * The state after one more epoch. Matches `keras.callbacks.ReduceLROnPlateau(mode='min')` 2.15.
 * @param figure  the controlling figure of the epoch: validation loss or error rate, lower being better
 */
export function stepPlateau(
  state: PlateauState,
  figure: number,
  { factor = 0.5, patience = 5, minLearningRate = 1e-7, minDelta = 1e-4, cooldown = 0 }: PlateauOptions = {},
): PlateauState {
  const next = { ...state };
  if (next.cooldown > 0) {
    next.cooldown--;
    next.wait = 0;
  }
  if (figure < next.best - minDelta) {
    next.best = figure;
    next.wait = 0;
  } else if (next.cooldown === 0) {
    next.wait++;
    if (next.wait >= patience && next.learningRate > minLearningRate) {
      next.learningRate = Math.max(next.learningRate * factor, minLearningRate);
      next.cooldown = cooldown;
      next.wait = 0;
    }
  }
  return next;
}
