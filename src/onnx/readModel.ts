import { SerError } from '../error.ts';
import { readShared } from '../files/sharedFiles.ts';
import { systemReason } from '../messages/systemErrors.ts';

/**
 * The content of a model file, in memory that threads share.
 * @param kind  of model, in messages
 * @param remedy  ends the message: what to do if the file is missing
 * @throws {SerError} `model` if it cannot be read
 */
export async function readModel(path: string, kind: string, remedy = ''): Promise<Uint8Array> {
  return readShared(path).catch((cause: Error) => {
    throw new SerError('model', `${path}: the ${kind} cannot be read (${systemReason(cause)}).${remedy && ` ${remedy}`}`, { cause }); // prettier-ignore
  });
}

/** Remedy for a file of this package. */
export const RESTORE = 'Restore it from the repository, or install this package again.';
