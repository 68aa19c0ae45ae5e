import { SerError } from '../error.ts';
import { type Executor, localExecutor } from '../train/executor.ts';
import { commandLine } from './commandLine.ts';

/** Environment variable with the address of a queue, which may contain a password. */
const SER_QUEUE = 'SER_QUEUE';
/** In place of the address. */
const FROM_ENVIRONMENT = 'env';

export const QUEUE_CA_OPTION = {
  type: 'string',
  defaultDescription: '$SER_QUEUE_CA, else those that Node knows',
  describe: 'Certificate (PEM) of the authority of a Redis with TLS',
} as const;

/** Where work is done. */
export const QUEUE_OPTIONS = {
  queue: {
    type: 'string',
    describe: `Let \`ser worker\` processes do the work, through this Redis: redis://HOST:PORT, or rediss:// with TLS; env: what $${SER_QUEUE} has, such as one with a password (docs/scaling.md)`,
  },
  'queue-host': {
    type: 'string',
    default: '127.0.0.1',
    describe: 'With --queue: address by which workers reach this machine, with :PORT if it has to be a certain one',
  },
  'queue-files': {
    type: 'string',
    describe:
      'With --queue: s3://BUCKET/PREFIX, a store from which workers take files, with the keys in the environment, as the AWS tools name them',
  },
  'queue-ca': QUEUE_CA_OPTION,
} as const;

export interface QueueArguments {
  queue?: string;
  'queue-host': string;
  'queue-files'?: string;
  'queue-ca'?: string;
}

/** Of arguments or the environment. @throws {SerError} `usage` if there is no address */
export function placeOf({
  queue,
  'queue-ca': ca = process.env.SER_QUEUE_CA,
}: Pick<QueueArguments, 'queue' | 'queue-ca'>): {
  url: string;
  ca?: string;
} {
  const url = queue === undefined || queue === FROM_ENVIRONMENT ? process.env[SER_QUEUE] : queue;
  if (!url) throw new SerError('usage', `--queue needs an address, redis://HOST:PORT, or $${SER_QUEUE} has to be one.`);
  return { url, ...(ca && { ca }) };
}

/**
 * Does work here, or with `--queue` by the workers of a queue.
 * @param lanes  processes at the same time, here
 * @param work  called with where it is done, and a signal that a cancelled run gives too
 */
export async function withExecutor<Result>(
  args: QueueArguments,
  lanes: number,
  signal: AbortSignal,
  work: (executor: Executor, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (args.queue === undefined) return work(localExecutor(lanes), signal);
  const place = placeOf(args);
  // Loaded on demand: most runs have no queue.
  const { queueExecutor } = await import('../queue/coordinator/queueExecutor.ts');
  const cancelled = new AbortController();
  const executor = await queueExecutor({
    place,
    host: args['queue-host'],
    store: args['queue-files'],
    command: commandLine(),
    onNotice: console.error,
    onCancel: () => cancelled.abort(new SerError('queue', 'The run was cancelled by `ser jobs cancel`.')),
  });
  try {
    return await work(executor, AbortSignal.any([signal, cancelled.signal]));
  } finally {
    await executor.close();
  }
}
