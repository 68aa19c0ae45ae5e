import type { Values } from '../../data/tables/values.ts';
import type { Epoch, FitContext, Samples } from '../classifiers/classifier.ts';
import { readCheckpoint } from '../engine/checkpoint.ts';
import { evaluate } from './figures.ts';
import { notANumber, type RoundsFile } from './rounds.ts';
import { fingerprintOf } from './samples.ts';

/** The file for the state of a training, for `trainRounds`; undefined if none is written. @param settings  all that determines the training besides its rows */
export function checkpointFile(
  { checkpoint, resume = false }: Pick<FitContext, 'checkpoint' | 'resume'>,
  settings: unknown,
  ...sets: (Samples<Values> | undefined)[]
): RoundsFile | undefined {
  if (checkpoint === undefined || checkpoint === '') return undefined;
  const fingerprint = fingerprintOf(settings, ...sets);
  return { path: checkpoint, fingerprint, read: resume ? readCheckpoint : undefined };
}

/** The figures of an epoch with those on validation rows. @throws {SerError} `model` if their loss is not a number */
export function withValidation(record: Epoch, probabilities: Float32Array, y: Uint8Array): Required<Epoch> {
  const { loss, accuracy } = evaluate(probabilities, y);
  if (!Number.isFinite(loss)) throw notANumber('epoch', record.epoch, record.learningRate);
  return { ...record, validationLoss: loss, validationAccuracy: accuracy };
}
