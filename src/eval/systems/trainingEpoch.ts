import * as v from 'valibot';
import { count, finite } from '../../files/json.ts';

/** Figures of one epoch of a training. Losses are mean cross-entropies in nats. */
export const TRAINING_EPOCH = v.object({
  /** From 1. */
  epoch: count,
  learningRate: finite,
  /** Mean over the batches during training, with dropout. */
  loss: finite,
  accuracy: finite,
  validationLoss: v.optional(finite),
  validationAccuracy: v.optional(finite),
});
export type TrainingEpoch = v.InferOutput<typeof TRAINING_EPOCH>;
