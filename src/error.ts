import { withCommand } from './messages/command.ts';

/** Stable codes for programs to switch on. */
export type SerErrorCode =
  | 'audio' // a signal or an audio file that cannot be read or analysed
  | 'limit' // a recording that is longer than the caller allows
  | 'corpus' // a corpus folder, a clip name or a split that does not hold together
  | 'table' // a feature table that is damaged, or mixes feature sets
  | 'model' // a model folder whose parts do not fit each other or this version
  | 'protocol' // a split that leaks, or an unknown protocol
  | 'download' // a transfer that failed or does not match its checksum
  | 'engine' // no usable TensorFlow engine
  | 'workers' // threads that cannot start now
  | 'queue' // a queue that cannot be used, or a unit of it that cannot be done
  | 'file' // a file or folder that cannot be written: no space, no permission, …
  | 'usage'; // options that contradict each other or are out of range

/** Limit of a message in characters: it may quote a file, which may contain anything. */
const LONGEST = 4000;

/**
 * The toolkit's only error type. The message says what was wrong with which input, and what to do about it.
 * @example
 * const error = new SerError('usage', '--fold must name a fold.');
 * [error.code, error.message] // → ['usage', '--fold must name a fold.']
 */
export class SerError extends Error {
  readonly code: SerErrorCode;

  constructor(code: SerErrorCode, message: string, options?: ErrorOptions) {
    const text = withCommand(message);
    super(text.length > LONGEST ? `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}` : text, options);
    this.name = 'SerError';
    this.code = code;
  }
}
