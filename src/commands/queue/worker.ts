import type { Argv } from 'yargs';
import { checkWorkers, DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { SerError } from '../../error.ts';
import type { Arguments } from '../lazily.ts';
import { placeOf, QUEUE_CA_OPTION } from '../queueOptions.ts';

/** Of `ser worker` and `ser jobs`. */
export const PLACE_OPTIONS = {
  queue: {
    type: 'string',
    defaultDescription: '$SER_QUEUE',
    describe: 'Redis with the units: redis://HOST:PORT, or rediss:// with TLS',
  },
  'queue-ca': QUEUE_CA_OPTION,
} as const;

export const builder = (parser: Argv) =>
  parser
    .options(PLACE_OPTIONS)
    .option('workers', {
      type: 'number',
      default: DEFAULT_WORKERS,
      defaultDescription: 'all cores',
      describe: 'Units at the same time',
    })
    .option('patience', {
      type: 'number',
      default: 15,
      describe: 'Seconds without a sign of life of this worker after which another one gets its units',
    })
    .option('cache', {
      type: 'string',
      defaultDescription: 'one for this process',
      describe: 'Folder for copies of files, by content',
    })
    .example('$0 worker --queue redis://10.0.0.5:6379', 'units of any run, until Ctrl-C')
    .example('SER_QUEUE=rediss://ser:secret@10.0.0.5 $0 worker --queue-ca ca.pem', 'with TLS and a password')
    .epilogue('docs/scaling.md tells how workers, Redis and the command with --queue go together.');

export async function handler({ workers, patience, cache, ...args }: Arguments<typeof builder>): Promise<void> {
  checkWorkers(workers);
  if (!(patience >= 1)) throw new SerError('usage', `--patience must be a number of seconds, 1 or more; it is ${patience}.`); // prettier-ignore
  const place = placeOf(args);
  // Loaded on demand: `ser worker --help` needs none of it.
  const { runWorker } = await import('../../queue/worker/runWorker.ts');
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  await runWorker({ place, threads: workers, patience, cache, onNotice: console.error, signal: stop.signal });
}
