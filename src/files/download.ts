import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { SerError } from '../error.ts';
import { systemReason } from '../messages/systemErrors.ts';
import { count, ifShaped } from './json.ts';

export interface DownloadOptions {
  /** Consecutive failures without a new byte after which to give up. Default: 6. */
  attempts?: number;
  /** Wait before the first retry in milliseconds, doubled each time up to a minute. Default: 1000. */
  backoff?: number;
  /** Milliseconds without data after which a transfer is aborted and retried. Default: 60,000. */
  stallTimeout?: number;
  /** Stops the transfer; received data is kept for the next run. */
  signal?: AbortSignal;
  /**
   * Called with the number of bytes received, whenever it changes, and of the whole file if it is known; the first falls if the transfer
   * starts over.
   */
  onProgress?: (received: number, total?: number) => void;
  /** Called with the reason for a retry, in words. */
  onRetry?: (reason: string, waitMilliseconds: number) => void;
}

/** The file beside a `.partial`: identifies the version that its bytes belong to. */
const ORIGIN = v.object({
  url: v.string(),
  /** A strong ETag or a Last-Modified date, the only valid values of `If-Range`; empty if there is none. */
  validator: v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/)),
  /** Size of the complete file, if the server announced it. */
  bytes: v.optional(count),
});
type Origin = v.InferOutput<typeof ORIGIN>;

/** A failure that may not happen again. */
class Transient extends Error {
  readonly retryAfter: number;
  constructor(message: string, retryAfter = 0) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Size and checksum of the complete file, as far as they are known. */
export interface Expected {
  bytes?: number;
  md5?: string;
  sha256?: string;
}

export interface Downloaded {
  bytes: number;
  /** Of the kind that was expected; SHA-256 if none was. */
  checksum: string;
}

/**
 * Fetches a file. Data is appended to `path.partial`, from which the next attempt or the next run continues; only a complete
 * file with the right checksum is renamed to `path`. If the server ignores ranges, or its file has changed, it starts over;
 * likewise if neither a checksum nor the server (by ETag or date) identifies the version to which the data belongs.
 * @throws {SerError} `download` if the server refuses, attempts are used up, the checksum is wrong twice,
 *   the file cannot be written, or `signal` was aborted
 */
export async function downloadFile(
  url: string,
  path: string,
  expected: Expected = {},
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const { attempts = 6, backoff = 1000, signal, onRetry } = options;
  const algorithm = expected.md5 === undefined ? 'sha256' : 'md5';
  const wanted = expected[algorithm];
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true });
  let furthest = await sizeOf(partial);
  let failures = 0;
  for (let wrongSums = 0; ;) {
    try {
      if (!(await isComplete(partial, url, expected))) await transfer(url, partial, expected, options);
      const checksum = await checksumOf(partial, algorithm);
      if (wanted === undefined || checksum === wanted) {
        const bytes = await sizeOf(partial);
        await rename(partial, path);
        await discard(partial);
        return { bytes, checksum };
      }
      await discard(partial);
      furthest = 0;
      if (++wrongSums === 2) {
        throw new SerError(
          'download',
          `${url} does not match its checksum: ${algorithm.toUpperCase()} ${checksum} instead of ${wanted}. ` +
            'It was fetched twice from the start and removed; the file on the server is not the published one.',
        );
      }
      onRetry?.('the checksum is wrong: starting over', 0);
    } catch (error) {
      if (signal?.aborted) throw new SerError('download', `stopped; run it again to continue`, { cause: error });
      if (!(error instanceof Transient)) throw error;
      const reached = await sizeOf(partial);
      failures = reached > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, reached);
      if (failures >= attempts) {
        const total = expected.bytes ?? (await readOrigin(partial))?.bytes;
        const kept = `${reached}${total === undefined ? '' : ` of ${total}`} bytes are kept in ${partial}; `;
        throw new SerError(
          'download',
          `${url}: ${error.message}; gave up after ${attempts} attempts. ${reached > 0 ? `${kept}run` : 'Run'} it again to continue.`,
          { cause: error },
        );
      }
      const wait = Math.max(Math.min(backoff * 2 ** (failures - 1), 60_000), Math.min(error.retryAfter, 300) * 1000);
      onRetry?.(error.message, wait);
      await sleep(wait, undefined, { signal }).catch(() => {
        throw new SerError('download', 'stopped; run it again to continue');
      });
    }
  }
}

const hasChecksum = ({ md5, sha256 }: Expected): boolean => (md5 ?? sha256) !== undefined;

/** Whether an earlier run ended between the last byte and the renaming. */
async function isComplete(partial: string, url: string, expected: Expected): Promise<boolean> {
  const have = await sizeOf(partial);
  if (have > 0 && have === expected.bytes && hasChecksum(expected)) return true;
  const origin = await readOrigin(partial);
  return origin?.url === url && have === origin.bytes;
}

/** The checksum of a file in lower-case hexadecimal. */
export async function checksumOf(path: string, algorithm: 'md5' | 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** One request; returns when `partial` contains the complete file. */
async function transfer(url: string, partial: string, expected: Expected, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, stallTimeout = 60_000 } = options;
  let have = await sizeOf(partial);
  const origin = await readOrigin(partial);
  const isIdentified = hasChecksum(expected) || origin?.validator;
  if (origin?.url !== url || have > (expected.bytes ?? Infinity) || !isIdentified) {
    await discard(partial);
    have = 0;
  }
  // Bytes are counted as stored, so no compression in transit.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have > 0) headers.range = `bytes=${have}-`;
  if (have > 0 && origin?.validator) headers['if-range'] = origin.validator;

  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), stallTimeout);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), stallTimeout);
  };
  try {
    const response = await fetch(url, {
      headers,
      signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
    }).catch((error: unknown) => {
      throw new Transient(stall.signal.aborted ? 'the server does not respond' : `no connection (${reasonOf(error)})`);
    });
    const start = await startOf(response, url, have, expected, partial, origin);
    const bytes = expected.bytes ?? announcedSize(response) ?? (start > 0 ? origin?.bytes : undefined);
    if (start === 0) await writeOrigin(partial, url, response.headers, bytes);
    have = start;
    onProgress?.(have, bytes);

    let excess = false;
    const file = await open(partial, start === 0 ? 'w' : 'a');
    try {
      const reader = response.body!.getReader();
      for (;;) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          throw new Transient(stall.signal.aborted ? 'the transfer stalled' : `interrupted (${reasonOf(error)})`);
        });
        if (done) break;
        alive();
        excess = have + value.length > (bytes ?? Infinity);
        if (excess) break;
        await file.writeFile(value);
        have += value.length;
        onProgress?.(have, bytes);
      }
    } finally {
      await file.close();
    }
    if (excess) {
      await discard(partial);
      throw new SerError('download', `${url} is longer than the ${bytes} bytes that were announced; nothing was kept`);
    }
    if (bytes !== undefined && have < bytes) throw new Transient(`interrupted at ${have} of ${bytes} bytes`);
  } catch (error) {
    if (error instanceof Transient || error instanceof SerError) throw error;
    throw new SerError('download', `${partial} cannot be written (${systemReason(error)})`, { cause: error });
  } finally {
    clearTimeout(timer);
    stall.abort();
  }
}

const CONTENT_RANGE = /^bytes (\d+)-\d+\/(\d+|\*)$/;

/** Size of the complete file by the headers of a response, if they contain it. */
function announcedSize({ status, headers }: Response): number | undefined {
  const size =
    status === 206 ? CONTENT_RANGE.exec(headers.get('content-range') ?? '')?.[2] : headers.get('content-length');
  return /^\d+$/.test(size ?? '') ? Number(size) : undefined;
}

/** Position in the file at which the body of a response begins. */
async function startOf(
  response: Response,
  url: string,
  have: number,
  expected: Expected,
  partial: string,
  origin: Origin | undefined,
): Promise<number> {
  const { status, statusText, headers } = response;
  if (status === 206) {
    const [, first] = CONTENT_RANGE.exec(headers.get('content-range') ?? '') ?? [];
    const size = announcedSize(response);
    if (size !== undefined && expected.bytes !== undefined && size !== expected.bytes) {
      throw new SerError(
        'download',
        `${url} has ${size} bytes instead of ${expected.bytes}; it is not the published file`,
      );
    }
    const isOther = size !== undefined && origin?.bytes !== undefined && size !== origin.bytes;
    const validator = validatorOf(headers);
    if (isOther || (validator && origin?.validator && validator !== origin.validator)) {
      await discard(partial);
      throw new Transient('the file on the server has changed: starting over');
    }
    if (Number(first) === have) return have;
    await discard(partial);
    throw new Transient('the server sent a different part from the one requested');
  }
  if (status === 200) return 0;
  if (status === 416) {
    await discard(partial);
    throw new Transient('the server does not have the requested part: starting over');
  }
  const answer = `the server's response was ${status} ${statusText}`.trim();
  const transient = status === 408 || status === 425 || status === 429 || status >= 500;
  if (transient) throw new Transient(answer, Number(headers.get('retry-after')) || 0);
  throw new SerError('download', `${url}: ${answer}. Check the address (--base-url), or fetch the file by hand.`);
}

async function readOrigin(partial: string): Promise<Origin | undefined> {
  try {
    return ifShaped(JSON.parse(await readFile(`${partial}.json`, 'utf8')), ORIGIN);
  } catch {
    return undefined;
  }
}

async function writeOrigin(partial: string, url: string, headers: Headers, bytes: number | undefined): Promise<void> {
  const file = await open(`${partial}.json`, 'w');
  await file.writeFile(JSON.stringify({ url, validator: validatorOf(headers), bytes } satisfies Origin));
  await file.close();
}

/** Identifies the version of the file on the server; empty if it says nothing of it. */
function validatorOf(headers: Headers): string {
  const etag = headers.get('etag') ?? '';
  return etag && !etag.startsWith('W/') ? etag : (headers.get('last-modified') ?? '');
}

async function discard(partial: string): Promise<void> {
  await rm(partial, { force: true });
  await rm(`${partial}.json`, { force: true });
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** `fetch failed` alone is no help; the cause contains the reason. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code || message : message;
}
