import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { extractFiles } from '../src/data/vectors/extractFiles.ts';
import { DEFAULT_WORKERS } from '../src/data/workers/workerPool.ts';
import { benchClips } from './clips.ts';
import { startContender } from './contender.ts';
import { record, spread } from './record.ts';

interface Arguments {
  clips: number;
  rounds: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const MB = 2 ** 20;

export const pool: CommandModule<object, Arguments> = {
  command: 'pool',
  describe:
    'the worker pool over many clips, decoding included: on one thread and on all, and what the machine itself allows',
  builder: (args) =>
    args
      .option('clips', { type: 'number', default: 1200, describe: 'clips a round; SER_CORPORA has 2,452' })
      .option('rounds', { type: 'number', default: 3, describe: 'rounds of each' }),
  handler: async ({ clips, rounds }) => {
    const all = benchClips();
    const files = Array.from({ length: clips }, (_, i) => all[i % all.length]);
    const threads = [1, DEFAULT_WORKERS].map((workers) => ({ workers, ms: [] as number[], growth: [] as number[] }));
    const machine: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const one of threads) {
        const { seconds, growth } = await measure(files, one.workers);
        one.ms.push((1000 * seconds) / files.length);
        one.growth.push(growth);
        console.error(`round ${round + 1}, ${one.workers} threads: ${one.ms.at(-1)!.toFixed(1)} ms a clip`);
      }
      machine.push(await machineSpeedUp(all.slice(0, 24)));
    }
    const [one, many] = threads;
    const { median, min, max } = spread(one.ms.map((ms, i) => ms / many.ms[i]));
    const limit = spread(machine);
    record('pool', {
      title: 'The worker pool, from audio file to 186 features',
      unit: 'ms a clip',
      measurements: threads.map(({ workers, ms }) => ({
        what: `${workers} thread${workers > 1 ? 's' : ''}`,
        values: ms,
      })),
      notes: [
        `Wall-clock time of ${files.length} clips, start of the workers and decoding (FLAC) included.`,
        `${many.workers} threads are ${median.toFixed(2)} × as fast as one (median; ${min.toFixed(2)} to ${max.toFixed(2)}).`,
        `${DEFAULT_WORKERS} separate processes, each with one thread, which share nothing but the machine: ${limit.median.toFixed(2)} × (${limit.min.toFixed(2)} to ${limit.max.toFixed(2)}).`,
        `Resident memory at the end less that after a third of the clips: ${many.growth.map((mb) => mb.toFixed(0)).join(', ')} MB.`,
      ],
    });
  },
};

/** Seconds for all files, and by how many MB the memory grew in the last two thirds of them. */
async function measure(files: readonly string[], workers: number): Promise<{ seconds: number; growth: number }> {
  let done = 0;
  let early = 0;
  const start = performance.now();
  const rows = extractFiles(files, { featureSet: 'librosa186', workers });
  while (!(await rows.next()).done) {
    if (++done === Math.ceil(files.length / 3)) early = process.memoryUsage.rss();
  }
  return { seconds: (performance.now() - start) / 1000, growth: (process.memoryUsage.rss() - early) / MB };
}

/** How much more work as many processes as there are cores do at once than one alone. */
async function machineSpeedUp(files: readonly string[]): Promise<number> {
  const processes = Array.from({ length: DEFAULT_WORKERS }, (_, i) =>
    startContender(`process ${i + 1}`, process.execPath, [...process.execArgv, here('featuresWorker.ts'), ...files]),
  );
  const timed = async (some: typeof processes): Promise<number> => {
    const start = performance.now();
    await Promise.all(some.map(({ run }) => run()));
    return performance.now() - start;
  };
  try {
    await timed(processes);
    const [alone, together] = [await timed(processes.slice(0, 1)), await timed(processes)];
    return (processes.length * alone) / together;
  } finally {
    for (const { end } of processes) end();
  }
}
