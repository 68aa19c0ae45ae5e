import { SerError } from '../error.ts';

/** BullMQ and ioredis, loaded on demand: only runs with a queue need them. @throws {SerError} `queue` if they are not installed */
export async function queueLibraries(): Promise<{
  bullmq: typeof import('bullmq');
  Redis: typeof import('ioredis').Redis;
}> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis };
  } catch (cause) {
    throw new SerError('queue', 'A queue needs the optional packages bullmq and ioredis: `npm install bullmq ioredis`.', { cause }); // prettier-ignore
  }
}
