import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { SerError } from '../../error.ts';
import { hostName } from './limits/hosts.ts';

/** How the server runs. */
export interface ServeOptions {
  /** Address to listen on. Default `127.0.0.1`: only this machine. */
  host?: string;
  /**
   * Names by which the server may be asked, besides those of the machine itself (`localhost`, 127.0.0.1, ::1) and its address; where it
   * listens on every address, any address. Requests with another `Host` are refused with 421: through a name that leads to this
   * machine, pages of other sites would read what the server says. Default: none.
   */
  allowedHosts?: readonly string[];
  /** Default 7860. 0: any free one. */
  port?: number;
  /** Threads that decode and analyse. Default: as many as the machine has. */
  workers?: number;
  /** Requests for predictions that are under way or wait; one more is refused with 503. Default 64. */
  queue?: number;
  /** Bytes of one request, all its files together, in MB (2²⁰); more is refused with 413. Default 32. */
  maxMb?: number;
  /** Length of one recording in seconds; a longer one is refused (413). Default 300. */
  maxSeconds?: number;
  /** Files of one request; more are refused with 413. Default 100. */
  maxFiles?: number;
  /** Seconds at a stretch that a worker may take for one file; then only this file fails. Default 60. */
  timeout?: number;
  /**
   * Seconds that a request may take to arrive; then it is refused with 408. A client that takes nothing of its answer for as long is
   * cut off. Default 120.
   */
  uploadTimeout?: number;
  /** Requests for predictions a minute and client address; more are refused with 429. Default 0: not limited. */
  rateLimit?: number;
  /** Who wants predictions, model cards or metrics must send it (`Authorization: Bearer …`). Default: nobody is asked. */
  token?: string;
  /** Decode AAC by the program ffmpeg, if it is installed. Default false. */
  ffmpeg?: boolean;
  /** Believe the `X-Forwarded-…` headers of a proxy in front. Default false. */
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
  ffmpeg: false,
  trustProxy: false,
  log: 'error',
} as const satisfies ServeOptions;

export type Settings = Required<Omit<ServeOptions, 'token'>> & Pick<ServeOptions, 'token'>;

const WHOLE = ['port', 'workers', 'queue', 'maxFiles', 'rateLimit'] as const;
const POSITIVE = ['workers', 'queue', 'maxMb', 'maxSeconds', 'maxFiles', 'timeout', 'uploadTimeout'] as const;

/**
 * The options with their defaults.
 * @throws {SerError} `usage` for one that is out of range
 */
export function resolveOptions(options: ServeOptions): Settings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: Settings = { ...SERVE_DEFAULTS, ...given };
  const refuse = (name: keyof ServeOptions, must: string) =>
    new SerError('usage', `${name} is ${String(settings[name])}; it must be ${must}.`);
  for (const name of WHOLE) if (!Number.isInteger(settings[name])) throw refuse(name, 'a whole number');
  for (const name of POSITIVE) if (!(settings[name] > 0)) throw refuse(name, 'above 0');
  if (settings.port < 0 || settings.port > 65_535) throw refuse('port', 'from 0 to 65535');
  if (settings.rateLimit < 0) throw refuse('rateLimit', '0 or more');
  const notName = settings.allowedHosts.find((name) => hostName(name) !== name.toLowerCase());
  if (notName !== undefined) {
    throw new SerError(
      'usage',
      `${notName} is no host name: give it without http:// and port, such as ser.example.org.`,
    );
  }
  if (settings.token !== undefined && !/^[\x21-\x7e]+$/.test(settings.token)) {
    throw new SerError('usage', 'The token must be printable ASCII characters without spaces, at least one.');
  }
  return settings;
}
