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
      describe: 'Address to listen on; 0.0.0.0 lets other machines in',
    })
    .option('allowed-host', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Name that the server may be asked by, besides localhost and its addresses; may be given again',
    })
    .option('port', { type: 'number', default: SERVE_DEFAULTS.port, describe: 'Port; 0 takes any free one' })
    .option('open', { type: 'boolean', default: false, describe: 'Open the page in the browser' })
    .option('workers', { ...WORKERS_OPTION, describe: 'Threads that decode and analyse' })
    .option('queue', {
      type: 'number',
      default: SERVE_DEFAULTS.queue,
      describe: 'Requests under way or waiting; one more is answered 503 with Retry-After',
    })
    .option('max-mb', {
      type: 'number',
      default: SERVE_DEFAULTS.maxMb,
      describe: 'Megabytes of one request, all its files together',
    })
    .option('max-seconds', {
      type: 'number',
      default: SERVE_DEFAULTS.maxSeconds,
      describe: 'Length of one recording',
    })
    .option('max-files', { type: 'number', default: SERVE_DEFAULTS.maxFiles, describe: 'Files of one request' })
    .option('timeout', {
      type: 'number',
      default: SERVE_DEFAULTS.timeout,
      describe: 'Seconds at a stretch that a worker may take for one file',
    })
    .option('upload-timeout', {
      type: 'number',
      default: SERVE_DEFAULTS.uploadTimeout,
      describe: 'Seconds that a request may take to arrive',
    })
    .option('rate-limit', {
      type: 'number',
      default: SERVE_DEFAULTS.rateLimit,
      defaultDescription: 'no limit',
      describe: 'Requests for predictions a minute and client address',
    })
    .option('token', {
      type: 'string',
      defaultDescription: 'SER_TOKEN of the environment, else none',
      describe: 'Bearer token to ask for; others of this machine can see it in the list of processes',
    })
    .option('ffmpeg', {
      type: 'boolean',
      default: SERVE_DEFAULTS.ffmpeg,
      describe: 'Decode AAC (M4A, MP4) by the program ffmpeg, if it is installed: it reads what strangers send',
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
      describe: 'What goes to standard error, as JSON lines; info: every request. Never file names',
    })
    .example('$0 serve --open', 'the page, on this machine only')
    .example('SER_TOKEN=… $0 serve --host 0.0.0.0', 'for others too, who know the token')
    .example('SER_TOKEN=… $0 serve --allowed-host ser.example.org', 'behind a proxy that hands on this name')
    .example('curl -F file=@clip.wav http://127.0.0.1:7860/api/predict', 'a prediction, from another terminal')
    .epilogue('SIGINT (Ctrl-C) or SIGTERM ends it with exit code 0 once the requests under way are answered.');

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
    console.error('notice: whoever reaches this machine can use the server; SER_TOKEN sets a token to ask for.');
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
    trustProxy: given['trust-proxy'],
  };
}

/** The first signal drains, the second does not wait. */
function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    console.error('stopping: requests under way are finished first');
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

/** Does its best: the address stands on the terminal anyway. */
function openInBrowser(url: string): void {
  const [program, ...words] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    'xdg-open',
  ];
  const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
