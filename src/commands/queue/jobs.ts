import type { Argv } from 'yargs';
import { SerError } from '../../error.ts';
import type { Listing, RunJobs } from '../../queue/jobs.ts';
import { counted } from '../../words.ts';
import type { Arguments } from '../lazily.ts';
import { placeOf } from '../queueOptions.ts';
import { PLACE_OPTIONS } from './worker.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('what', {
      choices: ['list', 'retry', 'cancel'] as const,
      default: 'list' as const,
      describe: 'list: all runs; retry: the failed units that a run still waits for; cancel: a run',
    })
    .positional('run', { type: 'string', describe: 'Of which run', defaultDescription: 'retry: all' })
    .options(PLACE_OPTIONS)
    .option('serve', {
      type: 'number',
      describe: 'Show the queue as a page at this port of this machine (Bull Board), until Ctrl-C',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
    .example('$0 jobs --queue redis://10.0.0.5', 'workers, runs, and their units')
    .example('$0 jobs cancel 4f1c09aa21b7', 'with the address in SER_QUEUE')
    .example('$0 jobs --serve 3001', 'the same as a web page');

export async function handler({ what, run, serve, json, ...args }: Arguments<typeof builder>): Promise<void> {
  if (what === 'cancel' && run === undefined) throw new SerError('usage', 'Name the run to cancel; `ser jobs` lists them.'); // prettier-ignore
  if (serve !== undefined && !(Number.isInteger(serve) && serve >= 0 && serve < 65536)) {
    throw new SerError('usage', `--serve must be a port, 0 to 65535; it is ${serve}.`);
  }
  const place = placeOf(args);
  // Loaded on demand: `ser jobs --help` needs none of it.
  const [{ connectRedis }, { openQueue }, { cancelJobs, listJobs, retryJobs }] = await Promise.all([
    import('../../queue/connection.ts'),
    import('../../queue/queue.ts'),
    import('../../queue/jobs.ts'),
  ]);
  const redis = await connectRedis(place, console.error);
  try {
    const queue = await openQueue(redis);
    if (serve !== undefined) {
      const { serveBoard } = await import('../../queue/board.ts');
      const board = await serveBoard(queue, serve);
      console.error(`${board.url}; Ctrl-C ends`);
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
      return await board.close();
    }
    if (what === 'list') {
      const listing = await listJobs(queue, redis);
      return console.log(json ? JSON.stringify(listing, null, 2) : listingText(listing));
    }
    const units = await (what === 'retry' ? retryJobs(queue, redis, run) : cancelJobs(queue, redis, run!));
    const text = what === 'retry' ? `${counted(units, 'unit')} put back` : `run ${run} cancelled, ${counted(units, 'unit')} removed`; // prettier-ignore
    console.log(json ? JSON.stringify({ [what]: run ?? 'all', units }) : text);
  } finally {
    redis.disconnect();
  }
}

function listingText({ workers, runs }: Listing): string {
  const connected = [counted(workers.length, 'worker'), ...workers.map((name) => `  ${name}`)].join('\n');
  return [connected, ...(runs.length > 0 ? runs.map(runText) : ['no runs'])].join('\n\n');
}

function runText({ run, coordinator, counts, active, failed }: RunJobs): string {
  const head = coordinator
    ? `run ${run}: ${coordinator.command}\n  ${coordinator.host}, process ${coordinator.pid}, since ${coordinator.started}: ${coordinator.done} units done, ${coordinator.left} left`
    : `run ${run}: its command has ended`;
  const inRedis = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  return [
    head,
    `  in Redis: ${inRedis.join(', ')}`,
    ...active.map(({ unit, kind, worker, seconds }) => `  active: ${unit} (${kind}) at ${worker} for ${seconds} s`),
    ...failed.map(({ unit, kind, reason }) => `  failed: ${unit} (${kind}): ${reason}`),
  ].join('\n');
}
