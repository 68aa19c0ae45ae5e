import { printed } from './quiet.ts';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { answerJobs } from '../../src/data/workers/workerThread.ts';
import { LIMITS } from './limits.ts';
import { createInput, getTarget, type Target } from './targets.ts';

/** Inputs of one target for a worker. */
export interface FuzzJob {
  target: string;
  seed: number;
  /** Number of the first input. */
  from: number;
  count: number;
  /** For temporary files. */
  folder: string;
  /** Seconds that an input may take. */
  limit: number;
}

export interface BatchResult {
  values: number;
  errors: [code: string, count: number][];
  /** Milliseconds of the slowest input. */
  slowest: number;
  failures: { input: number; what: string }[];
}

let folder: string | undefined;
/** What sound files came to before any damaged one was read. */
const sound = new Map<string, string[]>();
const rejections: unknown[] = [];
process.on('unhandledRejection', (reason) => rejections.push(reason));

answerJobs<FuzzJob, BatchResult>(async ({ target: name, seed, from, count, folder: root, limit }) => {
  folder ??= mkdtempSync(join(root, 'worker-'));
  const target = getTarget(name);
  if (!sound.has(name)) sound.set(name, await readSound(target, folder));
  const errors = new Map<string, number>();
  const result: BatchResult = { values: 0, errors: [], slowest: 0, failures: [] };
  for (let input = from; input < from + count; input++) {
    const fail = (what: string): void => void result.failures.push({ input, what });
    const bytes = createInput(target, input, seed);
    const [began, memory] = [performance.now(), process.memoryUsage.rss()];
    const outcome = await outcomeOf(() => target.read(bytes, folder!));
    const milliseconds = performance.now() - began;
    await setImmediate(); // lets rejections through
    const megabytes = (process.memoryUsage.rss() - memory) / 2 ** 20;
    if (outcome === 'value') result.values++;
    else if (outcome.startsWith('SerError ')) {
      const code = outcome.slice('SerError '.length);
      errors.set(code, (errors.get(code) ?? 0) + 1);
    } else fail(outcome);
    if (milliseconds > 1000 * limit) fail(`it took ${(milliseconds / 1000).toFixed(1)} s`);
    if (megabytes > LIMITS.megabytes) fail(`it took ${megabytes.toFixed()} MB`);
    const text = printed();
    if (text) fail(`it printed ${JSON.stringify(text.slice(0, 200))}`);
    for (const reason of rejections.splice(0)) fail(`a promise was rejected: ${String(reason)}`);
    result.slowest = Math.max(result.slowest, milliseconds);
  }
  if (count === 0) return { ...result, errors: [] };
  const after = await readSound(target, folder);
  const other = after.findIndex((one, i) => one !== sound.get(name)![i]);
  if (other >= 0) {
    result.failures.push({ input: from + count - 1, what: `after it, or one of the ${count - 1} before, sound file ${other + 1} is read otherwise: ${after[other]}` }); // prettier-ignore
  }
  return { ...result, errors: [...errors] };
});

async function outcomeOf(read: () => unknown): Promise<string> {
  try {
    await read();
    return 'value';
  } catch (error) {
    const { name, message, stack, code } = error as Error & { code?: string };
    return name === 'SerError' ? `SerError ${code}` : `${name}: ${message} (${stack?.split('\n')[1]?.trim()})`;
  }
}

/** What every sound file comes to: the same at any time. */
async function readSound({ seeds, read, digest }: Target, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const seed of seeds()) {
    try {
      const value = await read(Uint8Array.from(seed), folder);
      found.push(digest?.(value) ?? 'value');
    } catch (error) {
      found.push(String(error));
    }
  }
  return found;
}
