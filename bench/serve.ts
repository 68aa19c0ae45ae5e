import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import type { CommandModule } from 'yargs';
import { loadAudio } from '../src/data/audio/load.ts';
import { encodeWav } from '../src/data/audio/pcm/wav.ts';
import { quantile } from '../src/eval/statistics/bootstrap.ts';
import { resample } from '../src/features/resample/resample.ts';
import { SAMPLE_RATE } from '../src/features/types.ts';
import { record, spread } from './record.ts';

interface Arguments {
  rounds: number;
  seconds: number;
  minutes: number;
  clients: number;
}

/** What the server is to keep on two cores. */
const TARGET = { median: 50, p99: 150, clipsPerSecond: 25 };
/** Resident memory may be this much higher at the end of the soak than after its first fifth. */
const GROWTH = 1.1;
const MB = 2 ** 20;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const serve: CommandModule<object, Arguments> = {
  command: 'serve',
  describe: 'the HTTP server: latency of a 4-second clip, throughput with many clients, memory over minutes',
  builder: (args) =>
    args
      .option('rounds', { type: 'number', default: 3, describe: 'rounds of each, in turns, after one that warms up' })
      .option('seconds', { type: 'number', default: 10, describe: 'length of a round' })
      .option('clients', { type: 'number', default: 16, describe: 'clients at once, for the throughput' })
      .option('minutes', { type: 'number', default: 10, describe: 'of load while the memory is watched; 0: none' }),
  handler: async ({ rounds, seconds, minutes, clients }) => {
    const server = await startServer();
    try {
      const clip = await fourSecondClip();
      const load = (connections: number, duration: number) => cannonade(server.url, clip, connections, duration);
      await load(1, Math.min(5, seconds));
      await load(clients, Math.min(5, seconds));
      const [median, p99, many, manyP99, cpu] = [[], [], [], [], []] as number[][];
      for (let round = 0; round < rounds; round++) {
        const one = await load(1, seconds);
        median.push(quantile(one.times, 0.5));
        p99.push(quantile(one.times, 0.99));
        const before = await readMetric(server.url, 'process_cpu_seconds_total');
        const all = await load(clients, seconds);
        const spent = (await readMetric(server.url, 'process_cpu_seconds_total')) - before;
        cpu.push((1000 * spent) / all.times.length);
        many.push((1000 * all.seconds) / all.times.length);
        manyP99.push(quantile(all.times, 0.99));
        console.error(
          `round ${round + 1}: ${median.at(-1)!.toFixed(0)} ms, ${(1000 / many.at(-1)!).toFixed(1)} clips/s`,
        );
      }
      const memory = minutes > 0 ? await soak(server.url, () => load(clients, 60 * minutes), 60 * minutes) : undefined;
      report({ median, p99, many, manyP99, cpu, clients, seconds, minutes, memory });
    } finally {
      await server.stop();
    }
  },
};

interface Figures extends Omit<Arguments, 'rounds'> {
  median: number[];
  p99: number[];
  many: number[];
  manyP99: number[];
  cpu: number[];
  memory: number[] | undefined;
}

function report({ median, p99, many, manyP99, cpu, clients, seconds, minutes, memory }: Figures): void {
  const clipsPerSecond = 1000 / spread(many).median;
  const [latency, worst] = [spread(median).median, spread(p99).median];
  const kept = (holds: boolean): string => {
    if (!holds) process.exitCode = 1;
    return holds ? 'kept' : 'missed';
  };
  const notes = [
    `A WAV of 4 s at 48 kHz, sent as the body; gender, emotion, all checks. Rounds of ${seconds} s, in turns; client and server share the machine.`,
    `One client: median ${latency.toFixed(0)} ms (target ${TARGET.median}: ${kept(latency <= TARGET.median)}), ` +
      `99th percentile ${worst.toFixed(0)} ms (target ${TARGET.p99}: ${kept(worst <= TARGET.p99)}).`,
    `${clients} clients: ${clipsPerSecond.toFixed(1)} clips a second (target ${TARGET.clipsPerSecond}: ${kept(clipsPerSecond >= TARGET.clipsPerSecond)}).`,
  ];
  if (memory) {
    const { early, late } = ends(memory);
    const each = memory.filter((_, i) => i % Math.ceil(memory.length / 11) === 0);
    notes.push(
      `${minutes} minutes of ${clients} clients: resident memory ${early.toFixed(0)} MB after the first fifth, ${late.toFixed(0)} MB in the last ` +
        `(limit ${GROWTH} ×: ${kept(late <= GROWTH * early)}). On the way, MB: ${each.map((mb) => mb.toFixed(0)).join(', ')}.`,
    );
  }
  record('serve', {
    title: 'The HTTP server, a clip of 4 s',
    unit: 'ms',
    measurements: [
      { what: 'one client, median', values: median },
      { what: 'one client, 99th percentile', values: p99 },
      { what: `${clients} clients, time a clip (1000 / clips a second)`, values: many },
      { what: `${clients} clients, 99th percentile`, values: manyP99 },
      { what: 'the server, processor time a clip', values: cpu },
    ],
    notes,
  });
}

/** The shipped server as it is started by a user, on a free port. */
export async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const words = [...process.execArgv, here('../src/cli.ts'), 'serve', '--port', '0'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  for await (const line of createInterface(child.stdout)) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url) return { url, stop: () => (child.kill('SIGTERM'), ended) };
  }
  throw new Error('the server ended before it was ready');
}

/** A synthetic voice, again and again: RAVDESS clips have that length and rate. */
export async function fourSecondClip(): Promise<Buffer> {
  const voice = await loadAudio(here('../data/demo/male.wav'));
  const signal = Float32Array.from({ length: 4 * SAMPLE_RATE }, (_, i) => voice[i % voice.length]);
  return Buffer.from(encodeWav(resample(signal, SAMPLE_RATE, 48_000), 48_000));
}

/** @returns the milliseconds of the answers, in ascending order, and how long it all took */
async function cannonade(url: string, body: Buffer, connections: number, duration: number) {
  const times: number[] = [];
  const start = performance.now();
  const options: autocannon.Options = {
    url: `${url}/api/v1/predict`,
    method: 'POST',
    headers: { 'content-type': 'audio/wav' },
    body,
    connections,
    duration,
    timeout: 60,
  };
  const { non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(options, (error: Error | null, result) => (error ? reject(error) : resolve(result)));
    running.on('response', (_client, _status, _bytes, time) => times.push(time));
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} of ${times.length} requests failed`);
  return { times: times.sort((a, b) => a - b), seconds: (performance.now() - start) / 1000 };
}

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)![1]);
}

/** Megabytes of the server's resident memory, every few seconds while `work` runs. */
async function soak(url: string, work: () => Promise<unknown>, seconds: number): Promise<number[]> {
  const memory: number[] = [];
  const read = async (): Promise<void> => {
    memory.push((await readMetric(url, 'process_resident_memory_bytes')) / MB);
  };
  const timer = setInterval(() => void read().catch(() => undefined), (1000 * seconds) / 120);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return memory;
}

/** Medians of the second fifth, when all has been allocated that is needed, and of the last. */
function ends(memory: number[]): { early: number; late: number } {
  const fifth = Math.floor(memory.length / 5);
  const median = (values: number[]): number => spread(values).median;
  return { early: median(memory.slice(fifth, 2 * fifth)), late: median(memory.slice(-fifth)) };
}
