import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { extractFiles } from '../src/data/vectors/extractFiles.ts';
import { connectRedis } from '../src/queue/connection.ts';
import { queueExecutor } from '../src/queue/coordinator/queueExecutor.ts';
import { openQueue } from '../src/queue/queue.ts';
import { BATCH } from '../src/queue/unit.ts';
import { benchClips } from './clips.ts';
import { record } from './record.ts';

interface Arguments {
  clips: number;
  rounds: number;
}

const PATIENCE = 3;
const DOWN_MS = 1000;
const featureSet = 'librosa186';

export const queue: CommandModule<object, Arguments> = {
  command: 'queue',
  describe:
    'features by workers of a queue: one, two, four; one killed in the middle; Redis restarted; overhead a unit (needs redis-server)',
  builder: (args) =>
    args
      .option('clips', { type: 'number', default: 200, describe: 'clips of a run' })
      .option('rounds', { type: 'number', default: 3, describe: 'rounds' }),
  handler: async ({ clips: count, rounds }) => {
    const folder = mkdtempSync(join(tmpdir(), 'ser-bench-queue-'));
    const all = benchClips();
    const clips = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
    // Fails as soon as it is looked at: what is left is the way there and back.
    const nothing = Array.from({ length: 1000 }, (_, i) => {
      const path = join(folder, `${i}.wav`);
      writeFileSync(path, String(i));
      return path;
    });
    const redis = await startRedis(folder);
    const connection = await connectRedis({ url: redis.url }, () => undefined);
    const measured = new Map<string, number[]>();
    const add = (what: string, value: number): void => {
      console.error(`${what}: ${value.toPrecision(4)}`);
      measured.set(what, [...(measured.get(what) ?? []), value]);
    };
    try {
      for (let round = 0; round < rounds; round++) {
        add('threads of one process: 1', await seconds(() => extractAll(clips, { featureSet, workers: 1 })));
        add('threads of one process: 2', await seconds(() => extractAll(clips, { featureSet, workers: 2 })));
        const workers: ChildProcess[] = [];
        for (const number of [1, 2, 4]) {
          while (workers.length < number) workers.push(await startWorker(redis.url));
          // Everything is loaded before it counts.
          await run(redis.url, clips.slice(0, 8 * number));
          add(`workers: ${number}`, await seconds(() => run(redis.url, clips)));
          if (number === 1) {
            const before = process.cpuUsage();
            const took = await seconds(() => run(redis.url, nothing));
            const { user, system } = process.cpuUsage(before);
            add('overhead of a unit, milliseconds', (1000 * took) / (nothing.length / BATCH));
            add('overhead of a unit, milliseconds of the coordinator’s processor', (user + system) / 1000 / (nothing.length / BATCH)); // prettier-ignore
          }
        }
        for (const worker of workers.splice(2)) await end(worker, 'SIGTERM');
        const killed = seconds(() => run(redis.url, clips));
        await half(redis.url, clips.length);
        await end(workers.pop()!, 'SIGKILL');
        add('workers: 2, of which one is killed in the middle', await killed);
        workers.push(await startWorker(redis.url));
        const restarted = seconds(() => run(redis.url, clips));
        await half(redis.url, clips.length);
        await redis.restart();
        add('workers: 2, Redis killed in the middle and gone for 1 s', await restarted);
        for (const worker of workers) await end(worker, 'SIGTERM');
      }
      const [, peak] = /used_memory_peak:(\d+)/.exec(await connection.info('memory'))!;
      record('queue', {
        title: `Features of ${count} clips by workers of a queue, each with one thread`,
        unit: 'seconds',
        measurements: Array.from(measured, ([what, values]) => ({ what, values })),
        notes: [
          'From the first clip to the last result; starts of workers are not counted. All on one machine, with its Redis (append-only) and the coordinator.',
          `A worker is taken for dead after ${PATIENCE} s (\`--patience\`; 15 by default).`,
          'Overhead: 1,000 files that fail as soon as they are opened, eight a unit, one worker: hashes, Redis, two HTTP requests a unit.',
          `Redis held ${(Number(peak) / 2 ** 20).toFixed(1)} MiB at most since its last start.`,
        ],
      });
    } finally {
      connection.disconnect();
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Computes all and keeps nothing. */
async function extractAll(...words: Parameters<typeof extractFiles>): Promise<void> {
  for await (const row of extractFiles(...words)) void row;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function run(url: string, files: readonly string[]): Promise<void> {
  const executor = await queueExecutor({ place: { url }, host: '127.0.0.1', command: 'bench', onNotice: console.error, onCancel: () => undefined }); // prettier-ignore
  await extractAll(files, { featureSet, open: executor.open });
  await executor.close();
}

/** Waits until half of a run's units are finished. */
async function half(url: string, clips: number): Promise<void> {
  const redis = await connectRedis({ url }, () => undefined);
  const queue = await openQueue(redis);
  await queue.clean(0, 1000, 'completed');
  while ((await queue.getCompletedCount()) < clips / 16) await new Promise((resolve) => setTimeout(resolve, 20));
  redis.disconnect();
}

async function startWorker(url: string): Promise<ChildProcess> {
  const words = ['--import', 'tsx', 'src/cli.ts', 'worker', '--queue', url, '--workers', '1', '--patience', String(PATIENCE)]; // prettier-ignore
  const worker = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const text of worker.stderr!) if (String(text).includes('1 at once')) break;
  worker.stderr!.resume();
  return worker;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function startRedis(dir: string) {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  const start = async (): Promise<ChildProcess> => {
    const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes']); // prettier-ignore
    for await (const text of server.stdout) if (String(text).includes('Ready to accept')) break;
    server.stdout.resume();
    return server;
  };
  let server = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    restart: async () => {
      await end(server, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
      server = await start();
    },
    stop: () => end(server, 'SIGKILL'),
  };
}
