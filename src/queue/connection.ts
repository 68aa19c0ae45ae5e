import type { Redis, RedisOptions } from 'ioredis';
import { SerError } from '../error.ts';
import { readText } from '../files/files.ts';
import { VERSION } from '../version.ts';
import { queueLibraries } from './libraries.ts';

/** Where a queue is. */
export interface QueuePlace {
  /** `redis://` or `rediss://` (TLS), with user and password where Redis asks for them. */
  url: string;
  /** File with the certificate of the authority that signed that of Redis, in PEM. Default: those that Node knows. */
  ca?: string;
}

/** Units are taken by workers of the same version, which give the same results. */
export const QUEUE_NAME = `ser-${VERSION}`;
/** Of all keys in Redis. */
export const PREFIX = 'gender-ser';

/** The place without user and password, for messages. */
export function shownPlace(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** @throws {SerError} `usage` for an address that is none of Redis */
export function checkPlace({ url }: QueuePlace): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isRedis = parsed && ['redis:', 'rediss:'].includes(parsed.protocol) && parsed.hostname;
  if (!isRedis || !/^\/?\d*$/.test(parsed.pathname)) {
    throw new SerError('usage', 'A queue is an address of Redis: redis://HOST:PORT, or rediss://USER:PASSWORD@HOST:PORT with TLS.'); // prettier-ignore
  }
}

/** What a connection tells while it lasts: sentences for people. */
export type OnNotice = (notice: string) => void;

/**
 * Connects to Redis. If it goes away later, the connection waits until it is back, and says so.
 * @throws {SerError} `queue` if it cannot be reached now, or refuses
 */
export async function connectRedis(place: QueuePlace, onNotice: OnNotice): Promise<Redis> {
  checkPlace(place);
  const { Redis } = await queueLibraries();
  const shown = shownPlace(place.url);
  const options: RedisOptions = {
    // Commands wait for Redis as long as it takes.
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: () => 500,
    ...(place.ca !== undefined && { tls: { ca: readText(place.ca, 'queue') } }),
  };
  const redis = new Redis(place.url, options);
  let last = '';
  let isLost = false;
  redis.on('error', (error: Error) => (last = reasonOf(error)));
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once('close', () => reject(new Error(last || 'it closed the connection')));
      redis.once('error', reject);
      redis.connect().then(resolve, reject);
    });
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw new SerError('queue', `Redis at ${shown} cannot be used: ${reasonOf(error as Error)}.${remedyOf(error as Error)}`, { cause: error }); // prettier-ignore
  }
  redis.on('close', () => {
    if (!isLost && redis.status !== 'end') onNotice(`Redis at ${shown} is gone: waiting for it`);
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) onNotice(`Redis at ${shown} is back`);
    isLost = false;
  });
  redis.on('end', () => (isLost = true));
  return redis;
}

const reasonOf = (error: Error & { code?: string }): string => (error.message || error.code || 'no reason given').replace(/\.$/, ''); // prettier-ignore

function remedyOf({ message }: Error): string {
  if (/NOAUTH|WRONGPASS|AUTH/.test(message)) return ' User and password belong into the address: redis://USER:PASSWORD@HOST:PORT.'; // prettier-ignore
  if (/certificate|self.signed|issuer/i.test(message)) return ' --queue-ca names the certificate of its authority.';
  return '';
}
