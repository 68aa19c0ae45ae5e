import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { loadAudio } from '../src/data/audio/load.ts';
import { encodeWav } from '../src/data/audio/pcm/wav.ts';
import { quantile } from '../src/eval/statistics/bootstrap.ts';
import { SAMPLE_RATE } from '../src/features/types.ts';
import { capacityOf, type KnownClip, overload as rush, post } from '../test/serve/http/overload.ts';
import { record } from './record.ts';

interface Arguments {
  requests: number;
  seconds: number;
}

const MB = 2 ** 20;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const overload: CommandModule<object, Arguments> = {
  command: 'overload',
  describe: 'the HTTP server at twice its capacity, with hostile requests: answers, memory, recovery',
  builder: (args) =>
    args
      .option('requests', { type: 'number', default: 10_000, describe: 'requests in all' })
      .option('seconds', { type: 'number', default: 1, describe: 'length of the recordings' }),
  handler: async ({ requests, seconds }) => {
    const words = [
      ...process.execArgv,
      here('../src/cli.ts'),
      'serve',
      '--port',
      '0',
      '--max-mb',
      '1',
      '--upload-timeout',
      '5',
      '--queue',
      '16',
    ];
    const server = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await addressOf(server.stdout);
    const memory: number[] = [];
    const readMemory = async (): Promise<void> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      memory.push(Number(/^process_resident_memory_bytes (\S+)/m.exec(text)![1]) / MB);
    };
    try {
      const clips: KnownClip[] = [];
      for (const name of ['male', 'female']) {
        const signal = (await loadAudio(here(`../data/demo/${name}.wav`))).slice(0, seconds * SAMPLE_RATE);
        const bytes = encodeWav(signal, SAMPLE_RATE);
        clips.push({ bytes, answer: (await post(url, bytes)).body });
      }
      const capacity = await capacityOf(url, clips[0], 10);
      const timer = setInterval(() => void readMemory().catch(() => undefined), 1000);
      const {
        good,
        hostile,
        times: unsorted,
      } = await rush(url, { requests, rate: 2 * capacity, clips, mostBytes: MB });
      clearInterval(timer);
      const times = unsorted.toSorted((a, b) => a - b);
      const end = performance.now();
      while ((await post(url, clips[1].bytes)).body !== clips[1].answer) await sleep(20);
      const recovery = performance.now() - end;
      await readMemory();
      const wrong = [...good.wrong, ...hostile.wrong];
      if (wrong.length > 0) process.exitCode = 1;
      const tenth = Math.max(1, Math.floor(memory.length / 10));
      const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      record('overload', {
        title: 'The HTTP server at twice its capacity',
        unit: 'ms',
        measurements: [
          { what: 'accepted requests, median', values: [quantile(times, 0.5)] },
          { what: 'accepted requests, 99th percentile', values: [quantile(times, 0.99)] },
          { what: 'first answer after the rush', values: [recovery] },
        ],
        notes: [
          `${requests.toLocaleString('en')} requests with recordings of ${seconds} s at ${(2 * capacity).toFixed(1)} a second; ${capacity.toFixed(1)} a second is what four clients were answered before. ` +
            'Client and server share the machine, and what else runs on it.',
          `Of ${(requests - hostile.sent).toLocaleString('en')} good ones ${good.right.toLocaleString('en')} were answered rightly, ${good.busy.toLocaleString('en')} got 503 with Retry-After, ${good.wrong.length} anything else.`,
          `Of ${hostile.sent} hostile ones ${hostile.wrong.length} were answered otherwise than they deserve.`,
          `Resident memory: ${mean(memory.slice(tenth, 2 * tenth)).toFixed(0)} MB after a tenth of the rush, ${mean(memory.slice(-tenth)).toFixed(0)} MB in its last, ${Math.max(...memory).toFixed(0)} MB at most.`,
          ...(wrong.length > 0 ? [`Wrong: ${[...new Set(wrong)].slice(0, 5).join('; ')}`] : []),
        ],
      });
    } finally {
      server.kill('SIGTERM');
    }
  },
};

async function addressOf(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(stdout)) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('the server ended before it was ready');
}
