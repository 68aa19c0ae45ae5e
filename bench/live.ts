import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { CommandModule } from 'yargs';
import { loadAudio } from '../src/data/audio/load.ts';
import { encodeWav } from '../src/data/audio/pcm/wav.ts';
import { resample } from '../src/features/resample/resample.ts';
import { SAMPLE_RATE } from '../src/features/types.ts';
import type { LiveResult } from '../src/serve/timeline/listen.ts';
import { CHROMIUM, CHROMIUM_ARGS } from '../test/browser.ts';
import { record } from './record.ts';
import { startServer } from './serve.ts';

interface Arguments {
  seconds: number;
  minutes: number;
}

/** Seconds from the sound to a running result about it. */
const TARGET = 1;
/** Memory may be this many MB higher at the end of the simulated stream than after its first fifth. */
const GROWTH = 64;
/** Milliseconds of sound that are sent at a time. */
const STEP = 100;

export const live: CommandModule<object, Arguments> = {
  command: 'live',
  describe:
    'live sound: delay of running results and utterances, memory over an hour of sound; the page needs Chromium',
  builder: (args) =>
    args
      .option('seconds', { type: 'number', default: 60, describe: 'of sound in real time, for the delay' })
      .option('minutes', { type: 'number', default: 60, describe: 'of sound, faster than real time, for the memory' }),
  handler: async ({ seconds, minutes }) => {
    const talk = await conversation();
    const command = await commandDelays(talk, seconds);
    const commandMemory = await commandGrowth(talk, minutes);
    const page = await pageDelays(talk, seconds);
    const pageMemory = await pageGrowth(talk, minutes);
    const late = Math.max(...command.running, ...page) > TARGET;
    const grown = Math.max(commandMemory, pageMemory) > GROWTH;
    if (late || grown) process.exitCode = 1;
    record('live', {
      title: 'Live sound',
      unit: 's',
      measurements: [
        { what: 'ser predict --live: delay of a running result', values: command.running },
        { what: 'ser predict --live: from the end of an utterance to its result, its pause included', values: command.utterances }, // prettier-ignore
        { what: 'the page: delay of a running result', values: page },
      ], // prettier-ignore
      notes: [
        `A woman and a man in turns, a second of silence between them, ${seconds} s in real time; the page hears it from Chromium's simulated microphone, on the same machine.`,
        `A running result is about the sound up to a moment; its delay is the time from that moment to the result (target ${TARGET} s: ${late ? 'missed' : 'kept'}).`,
        `Memory over ${minutes} minutes of sound as fast as it is analysed, from the first fifth to the end: ser predict --live ${commandMemory.toFixed(0)} MB, the page's process ${pageMemory.toFixed(0)} MB more (at most ${GROWTH}: ${grown ? 'missed' : 'kept'}).`,
      ],
    });
  },
};

/** Both voices, each followed by a second of silence; mono, 16 kHz. */
async function conversation(): Promise<Float32Array> {
  const voices = await Promise.all(['woman', 'man'].map((name) => loadAudio(`data/voices/${name}.flac`)));
  const signal = new Float32Array(voices.reduce((sum, { length }) => sum + length + SAMPLE_RATE, 0));
  voices.forEach((voice, i) => signal.set(voice, i === 0 ? 0 : voices[0].length + SAMPLE_RATE));
  return signal;
}

async function startCommand(): Promise<{ ser: ChildProcess; results: AsyncIterable<LiveResult> }> {
  const words = ['--import', 'tsx', 'src/cli.ts', 'predict', '--live', '--every', '1'];
  const ser = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'pipe'] });
  await once(ser.stderr, 'data'); // it listens
  async function* results(): AsyncGenerator<LiveResult> {
    for await (const line of createInterface(ser.stdout)) yield JSON.parse(line) as LiveResult;
  }
  return { ser, results: results() };
}

/** Raw samples, again and again. */
function* pieces(talk: Float32Array, seconds: number, step: number): Generator<Uint8Array> {
  const bytes = encodeWav(talk, SAMPLE_RATE).subarray(44);
  const size = 2 * Math.round((step * SAMPLE_RATE) / 1000);
  let at = 0;
  for (let sent = 0; sent < 2 * seconds * SAMPLE_RATE; sent += size) {
    if (at + size > bytes.length) at = 0;
    yield bytes.subarray(at, (at += size));
  }
}

async function commandDelays(talk: Float32Array, seconds: number) {
  const { ser, results } = await startCommand();
  const delays = { running: [] as number[], utterances: [] as number[] };
  const start = performance.now();
  const read = (async () => {
    for await (const result of results) {
      if (result.type === 'end') continue;
      const delay = (performance.now() - start) / 1000 - result.end;
      (result.type === 'running' ? delays.running : delays.utterances).push(delay);
    }
  })();
  let sent = 0;
  for (const piece of pieces(talk, seconds, STEP)) {
    sent += STEP; // a piece can be sent once its last sample has been heard
    await wait(Math.max(0, start + sent - performance.now()));
    ser.stdin!.write(piece);
  }
  ser.stdin!.end();
  await read;
  return delays;
}

/** MB by which the process grows. */
async function commandGrowth(talk: Float32Array, minutes: number): Promise<number> {
  const { ser, results } = await startCommand();
  const read = (async () => {
    const reader = results[Symbol.asyncIterator]();
    while (!(await reader.next()).done);
  })();
  const memory: number[] = [];
  let sent = 0;
  for (const piece of pieces(talk, 60 * minutes, 1000)) {
    if (!ser.stdin!.write(piece)) await once(ser.stdin!, 'drain');
    if (++sent % Math.ceil((60 * minutes) / 50) === 0) memory.push(residentMb(ser.pid!));
  }
  ser.stdin!.end();
  await read;
  return growth(memory);
}

async function withPage<Result>(
  talk: Float32Array,
  work: (page: import('playwright-core').Page, pid: number) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'ser-bench-live-'));
  const path = join(folder, 'talk.wav');
  writeFileSync(path, encodeWav(resample(talk, SAMPLE_RATE, 48_000), 48_000));
  const server = await startServer();
  const args = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${path}`]; // prettier-ignore
  const launched = await chromium.launchServer({ executablePath: CHROMIUM, args: [...CHROMIUM_ARGS, ...args] });
  const browser = await chromium.connect(launched.wsEndpoint());
  try {
    const context = await browser.newContext({ permissions: ['microphone'] });
    const page = await context.newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(server.url);
    return await work(page, launched.process().pid!);
  } finally {
    await browser.close();
    await launched.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

async function pageDelays(talk: Float32Array, seconds: number): Promise<number[]> {
  return withPage(talk, async (page) => {
    await page.getByRole('button', { name: 'Listen live' }).click();
    await page.waitForFunction(() => Number(document.getElementById('live')!.dataset.heard) > 3);
    const delays: number[] = [];
    let last = '';
    for (const until = performance.now() + 1000 * seconds; performance.now() < until; await wait(200)) {
      const delay = (await page.locator('#live').getAttribute('data-delay')) ?? '';
      if (delay !== last) delays.push(Number(delay));
      last = delay;
    }
    return delays;
  });
}

/** The page's worker is given the sound itself, faster than a microphone would. */
async function pageGrowth(talk: Float32Array, minutes: number): Promise<number> {
  return withPage(talk, async (page, pid) => {
    await page.evaluate(startWorker, Array.from(talk));
    const memory: number[] = [];
    const turn = talk.length / SAMPLE_RATE;
    for (let heard = 0; heard < 60 * minutes; heard += turn) {
      await page.evaluate(() => (globalThis as unknown as { hear: () => Promise<unknown> }).hear());
      memory.push(residentMb(...renderers(pid)));
    }
    return growth(memory);
  });
}

/** Runs in the page; without inner functions that have a name, which tsx would wrap in a helper of its own. */
function startWorker(talk: number[]): Promise<unknown> {
  const worker = new Worker('/worker.js', { type: 'module' });
  const samples = Float32Array.from(talk);
  const scope = globalThis as unknown as { ask: (task: string, ...parameters: unknown[]) => Promise<unknown>; hear: () => Promise<unknown> }; // prettier-ignore
  scope.ask = (task, ...parameters) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<{ error?: { message: string } }>) =>
        data.error ? reject(new Error(data.error.message)) : resolve(undefined);
      worker.postMessage({ id: 0, task, parameters });
    });
  scope.hear = () => scope.ask('hear', samples);
  return scope.ask('beginListening', {}, 16_000);
}

/** Process ids of Chromium's pages. */
function renderers(browser: number): number[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number); // prettier-ignore
  const parents = new Map(processes.map((pid) => [pid, parentOf(pid)]));
  const isOwn = (pid: number | undefined): boolean => pid !== undefined && pid > 1 && (pid === browser || isOwn(parents.get(pid))); // prettier-ignore
  return processes.filter((pid) => isOwn(pid) && textOf(`/proc/${pid}/cmdline`).includes('--type=renderer'));
}

const parentOf = (pid: number): number => Number(/\) \S+ (\d+)/.exec(textOf(`/proc/${pid}/stat`))?.[1] ?? 0);

/** Resident memory of processes together. */
const residentMb = (...pids: number[]): number =>
  pids.reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024, 0);

/** Empty for a process that has ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** From the highest of the first fifth to the highest of the last. */
function growth(memory: readonly number[]): number {
  const fifth = Math.max(1, Math.floor(memory.length / 5));
  return Math.max(...memory.slice(-fifth)) - Math.max(...memory.slice(0, fifth));
}
