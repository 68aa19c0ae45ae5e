import { join } from 'node:path';
import { SerError } from '../../error.ts';
import { writeFileAtomic } from '../../files/files.ts';
import type { CommandWork, Executor } from '../../train/executor.ts';
import { filesOf, inputWords } from '../inputs.ts';
import type { UnitResult } from '../unit.ts';
import { openClipPool } from './clipPool.ts';
import { openRun, type Run, type RunOptions } from './run.ts';

/** The workers of a queue. @throws {SerError} as `openRun` */
export async function queueExecutor(options: RunOptions): Promise<Executor> {
  const run = await openRun(options);
  return {
    open: (kind) => openClipPool(run, kind),
    get lanes() {
      return Math.max(8, 4 * run.slots());
    },
    runCommands: (work) => runCommands(run, work),
    close: run.close,
  };
}

async function runCommands(run: Run, { commands, folder, signal, onOutput, onDone }: CommandWork): Promise<void> {
  const stop = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
  stop.catch(() => undefined);
  const runOne = async (words: readonly string[]): Promise<void> => {
    const result = await run
      .do({ kind: 'command', words: [...words] }, inputWords(words).flatMap(filesOf))
      .catch((error: Error) => {
        throw new SerError('queue', `\`ser ${words.join(' ')}\` could not be done by any worker: ${error.message}`, { cause: error }); // prettier-ignore
      });
    keep(result, folder);
    if ('lines' in result) result.lines.forEach((line) => onOutput?.(line));
    onDone?.();
  };
  // All others are finished before a failure ends the run: the same command continues from there.
  const all = Promise.allSettled(commands.map(runOne));
  const failed = (await Promise.race([all, stop])).find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Writes the files of a result; what makes it count comes last: the descriptions of models, then the figures. */
function keep(result: UnitResult, folder: string): void {
  if (!('files' in result)) throw new SerError('queue', 'a worker has given no files for a command.');
  const rank = (path: string): number => (path.includes('/') ? Number(path.endsWith('/bundle.json')) : 2);
  for (const { path, base64 } of [...result.files].sort((a, b) => rank(a.path) - rank(b.path))) {
    writeFileAtomic(join(folder, ...path.split('/')), Buffer.from(base64, 'base64'));
  }
}
