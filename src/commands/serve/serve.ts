import { spawn } from 'node:child_process';
import type { Argv } from 'yargs';
import { LOG_LEVELS, SERVE_DEFAULTS, type ServeOptions } from '../../serve/http/options.ts';
import { GENDER_MODEL_OPTION, MODELS_OPTION, WORKERS_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

export const builder = (parser: Argv) =>
  parser
    .option('host', {
      type: 'string',
      default: SERVE_DEFAULTS.host,
      describe: 'Address to listen on; 0.0.0.0 admits other machines',
    })
    .option('allowed-host', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Further host name of the server, besides localhost and its addresses; may be given several times',
    })
    .option('port', { type: 'number', default: SERVE_DEFAULTS.port, describe: 'Port; 0 chooses any free one' })
    .option('open', { type: 'boolean', default: false, describe: 'Open the page in the browser' })
    .option('workers', { ...WORKERS_OPTION, describe: 'Threads that decode and analyse' })
    .option('queue', {
      type: 'number',
      default: SERVE_DEFAULTS.queue,
      describe: 'Limit of requests in progress or waiting; others get 503 with Retry-After',
    })
    .option('max-mb', {
      type: 'number',
      default: SERVE_DEFAULTS.maxMb,
      describe: 'Limit of one request in megabytes, all files together',
    })
    .option('max-seconds', {
      type: 'number',
      default: SERVE_DEFAULTS.maxSeconds,
      describe: 'Limit of one recording in seconds',
    })
    .option('max-files', { type: 'number', default: SERVE_DEFAULTS.maxFiles, describe: 'Limit of files per request' })
    .option('timeout', {
      type: 'number',
      default: SERVE_DEFAULTS.timeout,
      describe: 'Limit of continuous seconds that a worker spends on one file',
    })
    .option('upload-timeout', {
      type: 'number',
      default: SERVE_DEFAULTS.uploadTimeout,
      describe: 'Limit of seconds for a request to arrive',
    })
    .option('rate-limit', {
      type: 'number',
      default: SERVE_DEFAULTS.rateLimit,
      defaultDescription: 'no limit',
      describe: 'Limit of prediction requests per minute and client address; 0: none',
    })
    .option('rate-limit-store', {
      type: 'string',
      defaultDescription: 'SER_RATE_LIMIT_STORE of the environment, else each server counts for itself',
      describe: 'Redis in which several servers count requests together: redis://HOST:PORT, rediss:// for TLS',
    })
    .option('max-streams', {
      type: 'number',
      default: SERVE_DEFAULTS.maxStreams,
      describe: 'Limit of live streams (WebSocket) at a time; 0: none',
    })
    .option('stream-seconds', {
      type: 'number',
      default: SERVE_DEFAULTS.streamSeconds,
      describe: 'Limit of a live stream in seconds',
    })
    .option('stream-idle', {
      type: 'number',
      default: SERVE_DEFAULTS.streamIdle,
      describe: 'Seconds without sound after which a live stream is ended',
    })
    .option('token', {
      type: 'string',
      defaultDescription: 'SER_TOKEN of the environment, else none',
      describe: 'Required bearer token; other users of this machine can see it in the process list',
    })
    .option('ffmpeg', {
      type: 'boolean',
      default: SERVE_DEFAULTS.ffmpeg,
      describe: 'Decode AAC (M4A, MP4) with the program ffmpeg, if it is installed: it reads files from strangers',
    })
    .option('trust-proxy', {
      type: 'boolean',
      default: SERVE_DEFAULTS.trustProxy,
      describe: 'Take client addresses from X-Forwarded-For: only behind a proxy that sets it',
    })
    .option('models', MODELS_OPTION)
    .option('gender-model', GENDER_MODEL_OPTION)
    .option('log', {
      choices: LOG_LEVELS,
      default: SERVE_DEFAULTS.log,
      describe: 'Log on standard error, as JSON lines; info: every request. Never file names',
    })
    .example('$0 serve --open', 'the page, on this machine only')
    .example('SER_TOKEN=… $0 serve --host 0.0.0.0', 'for others too, if they know the token')
    .example('SER_TOKEN=… $0 serve --allowed-host ser.example.org', 'behind a proxy that passes this host name on')
    .example('curl -F file=@clip.wav http://127.0.0.1:7860/api/v1/predict', 'a prediction, from another terminal')
    .epilogue('SIGINT (Ctrl-C) or SIGTERM ends it with exit code 0 once the requests in progress are finished.');

export async function handler({
  open,
  models,
  'gender-model': genderModel,
  ...given
}: Arguments<typeof builder>): Promise<void> {
  const token = given.token ?? (process.env.SER_TOKEN || undefined);
  const options = serveOptions(given, token);
  // Loaded after the checks: the server and the bundler are slow to load.
  const [{ createServer }, { buildPage }] = await Promise.all([
    import('../../serve/http/server.ts'),
    import('../../serve/page/build.ts'),
  ]);
  const server = await createServer(options, { models, genderModel, page: await buildPage() });
  stopOnSignal(server.close);
  const url = await server.listen();
  if (!LOOPBACK.test(given.host) && !token) {
    console.error('notice: anyone who can reach this machine can use the server; SER_TOKEN sets a token.');
  }
  await server.ready();
  console.log(`gender-ser listens on ${url} (page), ${url}/docs (HTTP API). Ctrl-C ends it.`);
  if (open) openInBrowser(url);
}

function serveOptions(
  given: Omit<Arguments<typeof builder>, 'open' | 'models' | 'gender-model'>,
  token: string | undefined,
): ServeOptions {
  const { host, port, workers, queue, timeout, ffmpeg, log } = given;
  return {
    ...{ host, port, workers, queue, timeout, ffmpeg, log, token },
    allowedHosts: given['allowed-host'],
    maxMb: given['max-mb'],
    maxSeconds: given['max-seconds'],
    maxFiles: given['max-files'],
    uploadTimeout: given['upload-timeout'],
    rateLimit: given['rate-limit'],
    rateLimitStore: given['rate-limit-store'] ?? (process.env.SER_RATE_LIMIT_STORE || undefined),
    maxStreams: given['max-streams'],
    streamSeconds: given['stream-seconds'],
    streamIdle: given['stream-idle'],
    trustProxy: given['trust-proxy'],
  };
}

/** The first signal drains, the second ends at once. */
function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    console.error('stopping: requests in progress are finished first');
    close().then(
      () => process.exit(0),
      (error: Error) => {
        console.error(`error: ${error.message}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** Best effort: the address is printed on the terminal anyway. */
function openInBrowser(url: string): void {
  const [program, ...words] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    'xdg-open',
  ];
  const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
