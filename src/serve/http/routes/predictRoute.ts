import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formatNames } from '../../../data/audio/formats.ts';
import type { ClipAnswer, ClipFailure } from '../../predict/clipResult.ts';
import type { EmotionModels } from '../../predict/emotionModels.ts';
import { defaultRouting, modelsFor, type RoutingChoice } from '../../predict/routingChoice.ts';
import type { Admission, Visit } from '../limits/admission.ts';
import type { ServerState } from './infoRoutes.ts';
import {
  analyseUpload,
  type Analyst,
  type Client,
  type Heard,
  predictHeard,
  type PredictQuery,
  unavailable,
} from './predictUpload.ts';
import { withSpeakers } from '../../predict/predictEmotion.ts';
import { problem } from '../problem.ts';
import { predictQuery } from './schemas.ts';
import type { Guard } from '../limits/security.ts';
import { readUploads, tooLarge, type UploadLimits } from '../limits/uploads.ts';

export interface PredictRouteOptions {
  analyst: Analyst;
  admission: Admission;
  limits: UploadLimits;
  guards: Guard[];
  /** Requests per minute and client; 0: no limit. */
  rateLimit: number;
  state: () => ServerState;
}

const binary = { type: 'string', format: 'binary' } as const;
const BODY = {
  'multipart/form-data': {
    schema: {
      type: 'object',
      description: 'One file or many. Each is a recording, whatever the name of its field',
      properties: { file: { type: 'array', items: binary, minItems: 1 } },
      required: ['file'],
    },
  },
  'audio/*': { schema: binary },
  'application/octet-stream': { schema: binary },
} as const;

/** `POST /api/v1/predict` */
export function predictRoute(app: FastifyInstance, options: PredictRouteOptions): void {
  const { analyst, admission, limits, guards, rateLimit, state } = options;
  const visits = new WeakMap<FastifyRequest, Visit>();
  const documented = (description: string) => ({ description, $ref: 'Problem#' });
  app.post<{ Querystring: PredictQuery }>('/api/v1/predict', {
    schema: {
      operationId: 'predict',
      summary: 'Gender and emotion of recordings',
      description:
        'One or many files as a form, or one recording as the body. A file that fails does not affect the others. ' +
        `${formatNames()}; the format is recognised by the content.`,
      querystring: predictQuery(defaultRouting(analyst.models.loaded)),
      response: {
        200: { description: 'A result for each file; at least one is a prediction', $ref: 'Results#' },
        400: documented('An invalid option, or no file'),
        401: documented('The token is missing or wrong'),
        403: documented('Sent by a page of another site'),
        408: documented('The request took too long to arrive'),
        413: documented('Too many bytes or files, or all recordings are too long (see `results` for each)'),
        415: documented('The body is neither a form nor audio'),
        422: { description: 'No file could be analysed: a failure for each', $ref: 'Results#' },
        429: documented('Too many requests per minute; `Retry-After` says when to try again'),
        500: documented('An internal error; see the log of the server'),
        503: documented(
          'The server is busy, stopping, or cannot analyse anything now; `Retry-After` says when to try again',
        ),
      },
    },
    config: {
      body: BODY,
      protected: true,
      ...(rateLimit > 0 && { rateLimit: { max: rateLimit, timeWindow: 60_000 } }),
    },
    onRequest: guards,
    bodyLimit: limits.bytes,
    preParsing: async (request, reply) => {
      refuseWhile(state());
      const announced = Number(request.headers['content-length'] ?? limits.bytes);
      // A form has boundaries and headers in addition.
      if (announced > limits.bytes + 1000 * (limits.files + 1)) throw tooLarge(limits.bytes);
      const visit = admission.enter(announced);
      if (!visit) throw busy(admission);
      reply.raw.once('close', visit.leave);
      visits.set(request, visit);
    },
    handler: async (request, reply) => {
      const { query } = request;
      checkChoice(query, analyst.models);
      const uploads = await readUploads(request, limits, query.name);
      if (!visits.get(request)!.begin()) throw busy(admission);
      const answers = await predictAll(analyst, uploads, query, { signal: goneSignal(reply), log: request.log });
      return reply.code(statusOf(answers)).send(bodyOf(answers));
    },
  });
}

const busy = (admission: Admission) =>
  problem('busy', 'The server is busy; try again later.', { 'retry-after': String(admission.retryAfter()) });

/** @throws {Problem} while nothing can be analysed */
export function refuseWhile(state: ServerState): void {
  if (state === 'draining') {
    throw problem('draining', 'The server is stopping.', { 'retry-after': '5', connection: 'close' });
  }
  if (state === 'unavailable') throw unavailable();
}

/** Aborted when the client disconnects before the response is complete. (`request.signal` misses that once the body has been read.) */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** At most as many at once as there are workers. If one finds that nothing can be analysed now, the others are dropped. */
async function predictAll(
  analyst: Analyst,
  uploads: Awaited<ReturnType<typeof readUploads>>,
  query: PredictQuery,
  { signal, log }: Pick<Client, 'signal' | 'log'>,
): Promise<ClipAnswer[]> {
  const heard: Heard[] = [];
  const answers: ClipAnswer[] = [];
  const entries = uploads.entries();
  const failed = new AbortController();
  const client = { line: uploads, signal: AbortSignal.any([signal, failed.signal]), log };
  const together = query.speaker === 'one';
  const work = async (): Promise<void> => {
    for (const [i, upload] of entries) {
      heard[i] = await analyseUpload(analyst, upload, query, client);
      if (!together) answers[i] = await predictHeard(analyst, heard[i], query, client);
    }
  };
  try {
    await Promise.all(Array.from({ length: analyst.workers }, work));
    if (together) {
      for (const one of ofOneSpeaker(heard, analyst)) answers.push(await predictHeard(analyst, one, query, client));
    }
  } catch (error) {
    failed.abort();
    throw error;
  }
  return answers;
}

/** The same recordings, each with the statistics of all that could be analysed. */
function ofOneSpeaker(heard: readonly Heard[], { models }: Analyst): Heard[] {
  const analyses = heard.flatMap((one) => ('analysis' in one ? [one.analysis] : []));
  const known = withSpeakers(analyses, analyses.map(() => null), models.featureSet.names.length); // prettier-ignore
  return heard.map((one) => ('analysis' in one ? { ...one, analysis: known.shift()! } : one));
}

/** @throws {Problem} for a choice that the server's models do not allow */
export function checkChoice(query: RoutingChoice & { speaker?: PredictQuery['speaker'] }, models: EmotionModels): void {
  const { gender } = query;
  const missing = (gender ? [gender] : modelsFor(query)).find((name) => !models.loaded.includes(name));
  if (missing) throw problem('bad_request', `This server has no ${missing} model; see /api/v1/models.`);
  modelsFor(query); // refuses a gender beside the pooled model
  if (query.speaker === 'one' && !models.speakerAdapted(query)) {
    throw problem('bad_request', 'These models were trained without speaker adaptation: leave out speaker=one.');
  }
}

const isFailure = (answer: ClipAnswer): answer is ClipFailure => 'error' in answer;

function statusOf(answers: ClipAnswer[]): number {
  if (!answers.every(isFailure)) return 200;
  if (answers.some(({ error }) => error.code === 'internal')) return 500;
  return allTooLong(answers) ? 413 : 422;
}

function bodyOf(answers: ClipAnswer[]): object {
  if (!answers.every(isFailure) || !allTooLong(answers)) return { results: answers };
  return { error: answers[0].error, results: answers };
}

const allTooLong = (failures: ClipFailure[]): boolean => failures.every(({ error }) => error.code === 'too_long');
