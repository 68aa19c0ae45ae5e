import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { SerError } from '../error.ts';

/**
 * Runs several `ser` commands, `atOnce` at a time, each in its own process, started like this one (Node's flags, tsx).
 * TensorFlow uses cores badly for small batches: two trainings in two processes take little longer than one.
 * Their stderr is passed on. They end with this process, in whatever way it ends (`endWithParent`).
 * @param onOutput  called with each line on their stdout, which is dropped otherwise
 * @param typed  words by which they are repeated from what they write, where paths are others there
 * @throws {SerError} `engine` with the end of the output of a command that failed; the others are stopped
 */
export async function runCommands(
  commands: readonly string[][],
  signal?: AbortSignal,
  atOnce = commands.length,
  onOutput?: (line: string) => void,
  typed?: readonly string[],
): Promise<void> {
  const waiting = commands.values();
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const lane = async (): Promise<void> => {
      for (const words of waiting) {
        stop.signal.throwIfAborted();
        await runCommand(words, stop.signal, onOutput, typed);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  } finally {
    stop.abort();
    signal?.removeEventListener('abort', abort);
  }
}

function runCommand(
  words: readonly string[],
  signal: AbortSignal,
  onOutput: (line: string) => void = () => undefined,
  typed?: readonly string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...KEPT_MEMORY, ...process.env, [CHILD]: '1', ...(typed && { [TYPED_WORDS]: JSON.stringify(typed) }) },
    });
    // SIGINT, as from the terminal: a training writes its last checkpoint before it ends.
    const interrupt = (): void => void child.kill('SIGINT');
    signal.addEventListener('abort', interrupt, { once: true });
    createInterface(child.stdout).on('line', onOutput);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
      process.stderr.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', interrupt);
      if (code === 0) return resolve();
      const reason = said.trim().split('\n').at(-1) ?? '';
      reject(new SerError('engine', `\`ser ${words.join(' ')}\` ended with code ${code}: ${reason}`));
    });
  });
}

/**
 * glibc keeps freed memory for the next tensors (mallopt(3)) instead of giving it back to the system and getting it anew, page by page, which
 * takes as long as a small matrix product. Other systems' libraries don't know these variables.
 */
export const KEPT_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 32),
  MALLOC_TOP_PAD_: String(2 ** 28),
};

/** Set for a process whose words are not those by which it is repeated: these, as JSON. */
export const TYPED_WORDS = 'SER_TYPED_WORDS';

/** Set for the processes of `runCommands`. */
const CHILD = 'SER_CHILD_PROCESS';

/**
 * In a process of `runCommands`: kills it as soon as its parent process is gone, even by SIGKILL, so that no training continues
 * that nobody waits for. Its standard input is a pipe to the parent, which the system then closes. A separate thread listens, because
 * the main one may be busy for seconds. Does nothing in other processes.
 */
export function endWithParent(): void {
  if (!process.env[CHILD]) return;
  // Not inherited by its own child processes.
  Reflect.deleteProperty(process.env, CHILD);
  const code = `
    const { Socket } = require('node:net');
    const pipe = new Socket({ fd: 0, readable: true, writable: false });
    pipe.on('error', () => undefined).on('close', () => process.kill(process.pid, 'SIGKILL')).resume();
  `;
  new Worker(code, { eval: true, execArgv: [], stdin: false }).unref();
}
