import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { Redis } from 'ioredis';
import { SerError } from '../../../error.ts';

/** Requests of a client in the current window, and milliseconds until it ends. */
export interface Count {
  current: number;
  ttl: number;
}

/** Counts one more request of a client. */
export type Counter = (client: string, window: number) => Promise<Count>;

/** Number of clients kept; the oldest are dropped. */
const REMEMBERED = 10_000;

/** Counts in memory, by a clock that no change of the system's time moves. */
export function localCounter(): Counter {
  const counts = new Map<string, { current: number; end: number }>();
  return async (client, window) => {
    const now = performance.now();
    const known = counts.get(client);
    const count = known && known.end > now ? known : { current: 0, end: now + window };
    count.current++;
    counts.delete(client); // so that it becomes the youngest
    counts.set(client, count);
    if (counts.size > REMEMBERED) counts.delete(counts.keys().next().value!);
    return { current: count.current, ttl: count.end - now };
  };
}

/** Adds one to a key, which lasts for as long as the window, by the clock of Redis alone. */
const COUNT = `
  local current = redis.call('INCR', KEYS[1])
  local ttl = redis.call('PTTL', KEYS[1])
  if ttl < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    ttl = tonumber(ARGV[1])
  end
  return {current, ttl}`;
const PREFIX = 'gender-ser:requests:';
/** Milliseconds that a request waits for Redis. */
const PATIENCE = 500;

export interface SharedCounter {
  count: Counter;
  close(): void;
}

/**
 * Counts in Redis, so that several servers share their limits. While Redis does not answer, each counts for itself: requests are served, and the limit holds
 * for each server.
 * @param url  `redis://` or `rediss://` (TLS), with user and password if Redis wants them
 * @param onChange  called with the reason when Redis is lost, and without one when it answers again
 */
export async function redisCounter(url: string, onChange: (reason?: Error) => void): Promise<SharedCounter> {
  const { Redis } = await import('ioredis').catch((cause: unknown) => {
    throw new SerError('usage', 'The store of the rate limit needs the package ioredis: `npm install ioredis`.', {
      cause,
    });
  });
  const redis = new Redis(url, {
    ...{ enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: 2000, commandTimeout: PATIENCE },
    retryStrategy: (attempt) => Math.min(5000, 100 * 2 ** attempt),
  });
  const local = localCounter();
  let isLost = false;
  const lost = (reason: Error): void => {
    if (!isLost) onChange(reason);
    isLost = true;
  };
  redis.on('error', lost); // while it connects again; without a listener it would end the process
  redis.on('ready', () => {
    if (isLost) onChange();
    isLost = false;
  });
  const connected = new Promise<void>((resolve) => {
    redis.once('ready', resolve).once('error', () => resolve());
  });
  await connected;
  return {
    count: async (client, window) => {
      try {
        return await countIn(redis, client, window);
      } catch (error) {
        lost(error as Error);
        return local(client, window);
      }
    },
    close: () => redis.disconnect(),
  };
}

async function countIn(redis: Redis, client: string, window: number): Promise<Count> {
  const [current, ttl] = (await redis.eval(COUNT, 1, PREFIX + client, window)) as [number, number];
  return { current, ttl };
}

/** A counter as @fastify/rate-limit takes it. */
export function rateStore(count: Counter): FastifyRateLimitStoreCtor {
  return class Store implements FastifyRateLimitStore {
    incr(client: string, done: Parameters<FastifyRateLimitStore['incr']>[1], window: number): void {
      count(client, window).then(
        (counted) => done(null, counted),
        (error: Error) => done(error),
      );
    }
    child(): FastifyRateLimitStore {
      return this;
    }
  };
}
