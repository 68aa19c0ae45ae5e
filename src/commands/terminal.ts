import { SerError } from '../error.ts';
import { withCommand } from '../messages/command.ts';
import { printable, printableName } from '../messages/printable.ts';
import { isSystemError, systemReason } from '../messages/systemErrors.ts';

/**
 * For commands: output for people escapes control characters, and a reader that goes away, a full
 * disk, or any other system error ends the command with one line. Output for programs (CSV into a pipe) is unchanged.
 */
export function guardTerminal(): void {
  for (const way of ['log', 'error'] as const) {
    const print = console[way].bind(console);
    console[way] = (...words: unknown[]) =>
      print(...words.map((word) => (typeof word === 'string' ? printable(withCommand(word)) : word)));
  }
  if (process.stdout.isTTY) {
    const write = process.stdout.write.bind(process.stdout) as (chunk: unknown, ...rest: unknown[]) => boolean;
    process.stdout.write = (chunk: unknown, ...rest: unknown[]) =>
      write(typeof chunk === 'string' ? printable(chunk) : chunk, ...rest);
  }
  process.stdout.on('error', endWithOutput);
  // A process that prints and exits at once does not receive the error event.
  process.on('exit', () => {
    if (process.stdout.errored) endWithOutput(process.stdout.errored);
  });
  // Without a reader for progress and messages, the work is still done.
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', endWith);
}

function endWithOutput(cause: NodeJS.ErrnoException): never {
  // A reader that stops early (`ser … | head`) is not a failure.
  if (cause.code === 'EPIPE') process.exit(0);
  endWith(new SerError('file', `standard output cannot be written: ${systemReason(cause)}.`, { cause }));
}

/** Ends the process. Exit codes: 2 for wrong usage, 1 otherwise. Only faults of the code itself show a stack. */
export function endWith(error: unknown): never {
  if (isSystemError(error) && error.code === 'EPIPE') process.exit(0);
  const message = error instanceof SerError ? error.message : isSystemError(error) && describeSystemError(error);
  if (message === false) console.error(error);
  else console.error(`error: ${printableName(message)}`);
  process.exit(error instanceof SerError && error.code === 'usage' ? 2 : 1);
}

function describeSystemError(error: NodeJS.ErrnoException): string {
  return `${error.path ?? error.syscall}: ${systemReason(error)}.`;
}
