import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { SerError } from '../../error.ts';
import { hostName } from './limits/hosts.ts';

/** Options of the server. */
export interface ServeOptions {
  /** Address to listen on. Default `127.0.0.1`: only this machine. */
  host?: string;
  /**
   * Accepted host names besides the machine's own (`localhost`, 127.0.0.1, ::1) and the address; when listening
   * on every address, all addresses are accepted too. Requests with another `Host` are refused with 421: through a host name that points to
   * this machine, pages of other sites could read its responses. Default: none.
   */
  allowedHosts?: readonly string[];
  /** Default 7860. 0: any free port. */
  port?: number;
  /** Threads that decode and analyse. Default: one per core. */
  workers?: number;
  /** Limit of prediction requests at work or waiting; any more are refused with 503. Default 64. */
  queue?: number;
  /** Limit of one request with all its files, in MB (2²⁰ bytes); larger ones are refused with 413. Default 32. */
  maxMb?: number;
  /** Limit of one recording in seconds; longer ones are refused (413). Default 300. */
  maxSeconds?: number;
  /** Limit of files per request; more are refused with 413. Default 100. */
  maxFiles?: number;
  /** Limit of continuous seconds that a worker spends on one file, after which only this file fails. Default 60. */
  timeout?: number;
  /**
   * Limit of seconds for a request to arrive; after it, the request is refused with 408. A client that reads nothing of its response for as
   * long is disconnected. Default 120.
   */
  uploadTimeout?: number;
  /** Limit of prediction requests per minute and client address; more are refused with 429. Default 0: no limit. */
  rateLimit?: number;
  /**
   * Address of a Redis (`redis://…`, `rediss://…`) in which several servers count the requests of `rateLimit` together. Default: each counts for itself.
   */
  rateLimitStore?: string;
  /** Limit of live streams at a time; any more are refused with 503. 0: none are accepted. Default 8. */
  maxStreams?: number;
  /** Limit of a live stream in seconds, after which it is ended. Default 3600. */
  streamSeconds?: number;
  /** Seconds without a message after which a live stream is ended. Default 30. */
  streamIdle?: number;
  /** Token (`Authorization: Bearer …`) required for predictions, model cards and metrics. Default: none. */
  token?: string;
  /** Whether to decode AAC with the program ffmpeg, if it is installed. Default false. */
  ffmpeg?: boolean;
  /** Whether to trust the `X-Forwarded-…` headers of a proxy in front. Default false. */
  trustProxy?: boolean;
  /** What is logged, as JSON lines on standard error: `error`, or with `info` every request too. Never file names. Default `error`. */
  log?: LogLevel;
}

export const LOG_LEVELS = ['silent', 'error', 'info'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const SERVE_DEFAULTS = {
  host: '127.0.0.1',
  allowedHosts: [],
  port: 7860,
  workers: DEFAULT_WORKERS,
  queue: 64,
  maxMb: 32,
  maxSeconds: 300,
  maxFiles: 100,
  timeout: 60,
  uploadTimeout: 120,
  rateLimit: 0,
  maxStreams: 8,
  streamSeconds: 3600,
  streamIdle: 30,
  ffmpeg: false,
  trustProxy: false,
  log: 'error',
} as const satisfies ServeOptions;

type Optional = 'token' | 'rateLimitStore';
export type Settings = Required<Omit<ServeOptions, Optional>> & Pick<ServeOptions, Optional>;

const WHOLE = ['port', 'workers', 'queue', 'maxFiles', 'rateLimit', 'maxStreams'] as const;
const POSITIVE = [
  'workers',
  'queue',
  'maxMb',
  'maxSeconds',
  'maxFiles',
  'timeout',
  'uploadTimeout',
  'streamSeconds',
  'streamIdle',
] as const;

/**
 * The options with their defaults.
 * @throws {SerError} `usage` for an option out of range
 */
export function resolveOptions(options: ServeOptions): Settings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: Settings = { ...SERVE_DEFAULTS, ...given };
  const refuse = (name: keyof ServeOptions, must: string) =>
    new SerError('usage', `${name} is ${String(settings[name])}; it must be ${must}.`);
  for (const name of WHOLE) if (!Number.isInteger(settings[name])) throw refuse(name, 'a whole number');
  for (const name of POSITIVE) if (!(settings[name] > 0)) throw refuse(name, 'above 0');
  if (settings.port < 0 || settings.port > 65_535) throw refuse('port', 'from 0 to 65535');
  if (settings.maxStreams < 0) throw refuse('maxStreams', '0 or more');
  if (settings.rateLimit < 0) throw refuse('rateLimit', '0 or more');
  if (settings.rateLimitStore !== undefined) {
    if (!/^rediss?:\/\/\S+$/.test(settings.rateLimitStore)) {
      throw new SerError('usage', 'The store of the rate limit must be the address of a Redis: redis://HOST:PORT, or rediss:// for TLS.'); // prettier-ignore
    }
    if (settings.rateLimit === 0)
      throw new SerError('usage', 'A store for the rate limit needs a limit: give --rate-limit too.');
  }
  const notName = settings.allowedHosts.find((name) => hostName(name) !== name.toLowerCase());
  if (notName !== undefined) {
    throw new SerError(
      'usage',
      `${notName} is not a host name: give it without http:// and port, such as ser.example.org.`,
    );
  }
  if (settings.token !== undefined && !/^[\x21-\x7e]+$/.test(settings.token)) {
    throw new SerError('usage', 'The token must be printable ASCII characters without spaces, at least one.');
  }
  return settings;
}
