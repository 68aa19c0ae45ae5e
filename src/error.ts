/** What went wrong, for programs: stable strings that callers may switch on. */
export type SerErrorCode =
  | 'audio' // a signal or an audio file that cannot be read or analysed
  | 'limit' // a recording that is longer than the caller allows
  | 'corpus' // a corpus folder, a clip name or a split that does not hold together
  | 'table' // a feature table that is damaged, or mixes feature sets
  | 'model' // a model folder whose parts do not fit each other or this version
  | 'protocol' // a split that leaks, or a protocol that is not known
  | 'download' // a transfer that failed or did not match its checksum
  | 'engine' // no usable TensorFlow engine
  | 'workers' // threads that cannot start now
  | 'file' // a file or folder that cannot be written: no space, no permission, …
  | 'usage'; // options that contradict each other or are out of range

/** Characters of a message: what a file holds may be part of it, and a file may hold anything. */
const LONGEST = 4000;

/** The one error type of the toolkit. The message says what was wrong with which input, and what to do about it. */
export class SerError extends Error {
  readonly code: SerErrorCode;

  constructor(code: SerErrorCode, message: string, options?: ErrorOptions) {
    super(
      message.length > LONGEST ? `${message.slice(0, LONGEST / 2)} … ${message.slice(-LONGEST / 2)}` : message,
      options,
    );
    this.name = 'SerError';
    this.code = code;
  }
}
