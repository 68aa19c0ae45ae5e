import { resolve } from 'node:path';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import type { PoolOptions, WorkerPool } from '../../data/workers/workerPool.ts';
import { encodeWav } from '../../data/audio/pcm/wav.ts';
import { SerError } from '../../error.ts';
import { type ClipAnalysis, type ClipJob, createClipPool } from '../predict/analyseClip.ts';
import { type EmotionModels, loadEmotionModels } from '../predict/emotionModels.ts';
import type { PageFile } from '../page/build.ts';
import { createAdmission } from './limits/admission.ts';
import { createAnalyseInTurns } from './limits/analyseInTurns.ts';
import { answerBrokenRequest, answerErrors, refuseMethods } from './errors.ts';
import { hostGuard } from './limits/hosts.ts';
import { infoRoutes, type ServerState } from './routes/infoRoutes.ts';
import { createMetrics } from './metrics.ts';
import { openapi } from './routes/openapi.ts';
import { resolveOptions, type ServeOptions, type Settings } from './options.ts';
import { predictRoute } from './routes/predictRoute.ts';
import { problem } from './problem.ts';
import { sharedSchemas } from './routes/schemas.ts';
import { localCounter, rateStore, redisCounter } from './limits/rateStore.ts';
import { sameOriginGuard, securityHeaders, tokenGuard } from './limits/security.ts';
import { MOST_MESSAGE, streamRoute } from './stream/streamRoute.ts';
import { staticRoutes } from './routes/staticRoutes.ts';

/** Parts of the server. */
export interface ServerParts {
  /** A family of models, or a folder; see `loadEmotionModels`. Default: `default`. */
  models?: string;
  /** Path of the gender model in ONNX. Default: `gender/` of the folder, else of this package. */
  genderModel?: string;
  /** The page's files. Default: none, only the API. */
  page?: ReadonlyMap<string, PageFile>;
  /** @param options  with the models, and a job that loads everything a worker needs. Default: `createClipPool` */
  createPool?(threads: number, options: PoolOptions<ClipJob>): WorkerPool<ClipJob, ClipAnalysis>;
}

export interface Server {
  app: FastifyInstance;
  /** @returns the address. @throws {SerError} `usage` if it is not available */
  listen(): Promise<string>;
  /** Resolves when every worker is warm. */
  ready(): Promise<void>;
  /** Refuses new requests, finishes those in progress, then stops listening and ends the workers. */
  close(): Promise<void>;
}

/** Limit of all uploads together, as a multiple of the largest allowed one. */
const UPLOADS_HELD = 8;

/**
 * Loads the models once and creates the server; it does not listen yet.
 * @throws {SerError} `usage` for an option out of range, `model` if the models cannot be used
 */
export async function createServer(options: ServeOptions = {}, parts: ServerParts = {}): Promise<Server> {
  const settings = resolveOptions(options);
  const models = await loadEmotionModels({ models: parts.models, genderModel: parts.genderModel });
  const pool = (parts.createPool ?? createClipPool)(settings.workers, {
    first: warmUpJob(models),
    files: models.files,
    onStartFailure: (reason) => {
      if (reason) app.log.error({ reason: reason.message }, 'new workers cannot analyse anything');
      else app.log.error('workers start again');
    },
  });
  const bytes = Math.round(settings.maxMb * 2 ** 20);
  const limits = { bytes, seconds: settings.maxSeconds, files: settings.maxFiles };
  const admission = createAdmission({ requests: settings.queue, bytes: UPLOADS_HELD * bytes });
  const metrics = createMetrics(
    () => pool.load(),
    admission,
    () => streams.count(),
  );
  let phase: Exclude<ServerState, 'unavailable'> = 'starting';
  const state = (): ServerState => (phase === 'ready' && pool.load().failure ? 'unavailable' : phase);

  const app = createApp(settings, bytes);
  const guards = settings.token ? [tokenGuard(settings.token)] : [];
  const files = {
    family: { ...models.family, folder: resolve(models.family.folder) },
    shared: [...models.files.keys()],
    loaded: models.loaded,
    labels: models.labels,
    speakerAdapted: models.loaded.every((name) =>
      models.speakerAdapted(name === 'pooled' ? { routing: name } : { gender: name }),
    ),
    genderModel: models.genderModel && resolve(models.genderModel),
  };
  answerErrors(app, limits);
  // Before whatever may refuse a request: it ends the connections of refused handshakes, which the HTTP server no longer knows.
  await app.register(websocket, { options: { maxPayload: MOST_MESSAGE } });
  app.addHook('onRequest', hostGuard(settings.host, settings.allowedHosts));
  refuseMethods(app);
  await securityHeaders(app);
  await openapi(app, models.family, Boolean(settings.token));
  await app.register(multipart);
  const shared = settings.rateLimitStore
    ? await redisCounter(settings.rateLimitStore, (reason) => {
        if (reason)
          app.log.error(
            { reason: reason.message },
            'the store of the rate limit does not answer: this server counts for itself',
          );
        else app.log.error('the store of the rate limit answers again');
      })
    : undefined;
  await app.register(rateLimit, {
    global: false,
    store: rateStore(shared?.count ?? localCounter()),
    errorResponseBuilder: (_, { after }) => problem('rate_limited', `Too many requests; try again in ${after}.`),
  });
  for (const type of [/^audio\//, 'application/octet-stream']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  }
  app.addHook('onSend', async (_, reply) => {
    // A client that does not read its response must not keep its place forever, nor block the end of the server.
    reply.raw.setTimeout(1000 * settings.uploadTimeout, () => reply.raw.destroy());
    if (phase === 'draining') reply.header('connection', 'close');
  });
  app.addHook('onResponse', async ({ method, routeOptions, log }, { statusCode, elapsedTime }) => {
    const route = routeOptions.url ?? 'none';
    metrics.request(method, route, statusCode, elapsedTime / 1000);
    log.info({ method, route, status: statusCode, ms: Math.round(elapsedTime) });
  });
  for (const schema of sharedSchemas(models.labels)) app.addSchema(schema);
  const { ffmpeg } = settings;
  const analyse = createAnalyseInTurns(pool, models.genderFeatures === models.featureSet.name);
  const analyst = { models, analyse, workers: pool.size, metrics, limits: settings, ffmpeg };
  const { rateLimit: perMinute } = settings;
  predictRoute(app, {
    analyst,
    admission,
    limits,
    guards: [sameOriginGuard, ...guards],
    rateLimit: perMinute,
    state,
  });
  const streams = streamRoute(app, {
    models,
    pool,
    metrics,
    limits: {
      streams: settings.maxStreams,
      seconds: settings.streamSeconds,
      idle: settings.streamIdle,
      timeout: settings.timeout,
    },
    guards: [sameOriginGuard, ...guards],
    rateLimit: perMinute,
    state,
  });
  infoRoutes(app, { files, limits, metrics, guards, state });
  await staticRoutes(app, parts.page ?? new Map(), files);
  await app.ready();

  const close = async (): Promise<void> => {
    phase = 'draining';
    // While clients wait for responses, new ones are told that the server is stopping.
    await Promise.all([admission.empty(), streams.end()]);
    await app.close();
    shared?.close();
    await pool.close();
  };
  let closed: Promise<void> | undefined;
  return {
    app,
    listen: () => listen(app, settings),
    ready: async () => {
      await pool.ready();
      warmUpModels(models);
      if (phase === 'starting') phase = 'ready';
    },
    close: () => (closed ??= close()),
  };
}

function createApp({ log, trustProxy, uploadTimeout }: Settings, bodyLimit: number): FastifyInstance {
  const app = fastify({
    // Lines are written by our own hooks: Fastify's contain the URL, and in it the name of the clip.
    logger: log !== 'silent' && { level: log, base: undefined, stream: process.stderr },
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy,
    // Paths without a version mean the first one.
    rewriteUrl: ({ url = '/' }) => url.replace(/^\/api\/(?!v\d)/, '/api/v1/'),
    bodyLimit,
    requestTimeout: 1000 * uploadTimeout,
    http: {
      headersTimeout: Math.min(10_000, 1000 * uploadTimeout),
      connectionsCheckingInterval: Math.min(5000, 500 * uploadTimeout),
    },
    clientErrorHandler: answerBrokenRequest,
    return503OnClosing: false, // requests refused at that time get our own response
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
  });
  // Schemas document the responses, and tests check them. Filtering by them would cost time and hide mistakes.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeAllContentTypeParsers();
  return app;
}

async function listen(app: FastifyInstance, { host, port }: Settings): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: `Port ${port} of ${host} is taken, perhaps by another \`ser serve\`: choose another one with --port.`,
      EACCES: `Port ${port} may not be used by this user: choose one above 1023 with --port.`,
      EADDRNOTAVAIL: `${host} is not an address of this machine: choose another one with --host.`,
      ENOTFOUND: `${host} is not an address: choose another one with --host.`,
    };
    throw new SerError('usage', reasons[code ?? ''] ?? `The server cannot listen: ${message}.`, { cause });
  }
}

/** Two seconds of a tone at a rate that has to be converted, to load and compile everything that a worker needs. */
function warmUpJob(models: EmotionModels): ClipJob {
  const rate = 48_000;
  const tone = Float32Array.from({ length: 2 * rate }, (_, i) => 0.1 * Math.sin((2 * Math.PI * 220 * i) / rate));
  return { file: 'warm-up', bytes: encodeWav(tone, rate), ...models.needs() };
}

/** The first prediction of a network takes longer than later ones. */
function warmUpModels(models: EmotionModels): void {
  const size = models.featureSet.names.length;
  const analysis = { seconds: 1, vector: new Float64Array(size) };
  for (const name of models.loaded) {
    models.predict(analysis, name === 'pooled' ? { routing: name } : { gender: name });
  }
}
