import type { OpenPool } from '../data/workers/executor.ts';
import { SerError } from '../error.ts';
import { runCommands } from './processes.ts';

/** `ser` commands that each do a part of the work, and where their results go. */
export interface CommandWork {
  /** The words of each, without those for `folder`. */
  commands: readonly string[][];
  /** Folder for results (`--trainings`). */
  folder: string;
  signal: AbortSignal;
  /** Called with each line on their stdout, which is dropped otherwise. */
  onOutput?: (line: string) => void;
  /** Called when a command has ended. */
  onDone?: () => void;
}

/** Where units of work are done: on this machine, or by the workers of a queue. */
export interface Executor {
  /** Does jobs of clips. Undefined: what the work itself opens by default, threads of this process. */
  open?: OpenPool;
  /** Commands that are done at the same time. */
  lanes: number;
  /** @throws {SerError} `engine` or `queue` with the reason of a command that failed */
  runCommands(work: CommandWork): Promise<void>;
  close(): Promise<void>;
}

/** What a command should have done is not there. @param what  the training, in the message */
export const strangeResult = (what: string): SerError =>
  new SerError('queue', `The result of ${what} is of other data or options: do all workers have the same version and the same tables?`); // prettier-ignore

/** Threads and processes of this machine. @param lanes  processes at the same time */
export const localExecutor = (lanes: number): Executor => ({
  lanes,
  runCommands: ({ commands, folder, signal, onOutput }) =>
    runCommands(
      commands.map((words) => [...words, `--trainings=${folder}`]),
      signal,
      lanes,
      onOutput,
    ),
  close: () => Promise.resolve(),
});
