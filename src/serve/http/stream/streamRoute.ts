import { setTimeout } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { defaultRouting, type RoutingChoice } from '../../predict/routingChoice.ts';
import type { WorkerPool } from '../../../data/workers/workerPool.ts';
import type { ClipAnalysis, ClipJob } from '../../predict/analyseClip.ts';
import type { EmotionModels } from '../../predict/emotionModels.ts';
import type { Guard } from '../limits/security.ts';
import type { Metrics } from '../metrics.ts';
import { problem } from '../problem.ts';
import { checkChoice, refuseWhile } from '../routes/predictRoute.ts';
import type { ServerState } from '../routes/infoRoutes.ts';
import { predictQuery } from '../routes/schemas.ts';
import { LIVE_RATES } from '../../../data/audio/live/liveBlocks.ts';
import { answerStream, type Stop } from './answerStream.ts';

/** Options of a stream, validated by its schema. */
export interface StreamQuery extends RoutingChoice {
  rate: number;
  every?: number;
}

export interface StreamLimits {
  /** Streams at a time. */
  streams: number;
  /** Seconds of a stream. */
  seconds: number;
  /** Seconds without a message. */
  idle: number;
  /** Seconds that a worker spends on an utterance. */
  timeout: number;
}

export interface StreamRouteOptions {
  models: EmotionModels;
  pool: WorkerPool<ClipJob, ClipAnalysis>;
  metrics: Metrics;
  limits: StreamLimits;
  guards: Guard[];
  /** Streams that may be opened per minute and client; 0: no limit. */
  rateLimit: number;
  state: () => ServerState;
}

/** Streams in progress. */
export interface Streams {
  count(): number;
  /** Ends all: what was heard is still answered. */
  end(): Promise<void>;
}

/** Bytes of one message, 8 s of raw samples at 16 kHz. */
export const MOST_MESSAGE = 262_144;

/** Milliseconds for a client to close its side when the server stops. */
const FAREWELL = 500;

async function lastWords(socket: WebSocket): Promise<void> {
  if (socket.readyState !== socket.CLOSED) await setTimeout(FAREWELL);
  socket.terminate();
}

const query = (routing: Parameters<typeof predictQuery>[0]) => {
  const { properties } = predictQuery(routing);
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      routing: properties.routing,
      gender: properties.gender,
      rate: {
        type: 'integer',
        minimum: LIVE_RATES.least,
        maximum: LIVE_RATES.most,
        default: 16_000,
        description: 'Sampling rate of raw samples in Hz; WAV has its own',
      },
      every: { type: 'number', minimum: 0.2, maximum: 60, description: 'Seconds between running results; without it there are none' },
    },
  } as const; // prettier-ignore
};

/** `GET /api/v1/stream`: live sound through a WebSocket. Register `@fastify/websocket` before. */
export function streamRoute(app: FastifyInstance, options: StreamRouteOptions): Streams {
  const { models, limits, guards, rateLimit, state } = options;
  const open = new Map<WebSocket, { stop: (reason: Stop) => void; ended: Promise<void> }>();
  const admit = async (request: FastifyRequest<{ Querystring: StreamQuery }>): Promise<void> => {
    if (!request.ws) {
      throw problem('upgrade_required', 'This is a WebSocket: connect to it with ws:// or wss://.', { upgrade: 'websocket' }); // prettier-ignore
    }
    refuseWhile(state());
    checkChoice(request.query, models);
    if (open.size >= limits.streams) {
      throw problem('busy', `The server listens to ${open.size} streams already; try again later.`, { 'retry-after': '10' }); // prettier-ignore
    }
  };
  const documented = (description: string) => ({ description, $ref: 'Problem#' });
  app.get<{ Querystring: StreamQuery }>(
    '/api/v1/stream',
    {
      websocket: true,
      schema: {
        operationId: 'stream',
        summary: 'Gender and emotion of live sound, through a WebSocket',
        description:
          'Send binary messages: raw samples (16 bits, little-endian, mono), or the bytes of a WAV, cut anywhere. The text message `end` ends the sound. ' +
          'The server sends a JSON text per utterance (`type: utterance`), running results (`running`) if `every` is given, and a summary (`end`); then it closes.',
        querystring: query(defaultRouting(models.loaded)),
        response: {
          101: { description: 'The WebSocket is open' },
          400: documented('An invalid option'),
          401: documented('The token is missing or wrong'),
          403: documented('Sent by a page of another site'),
          426: documented('Not asked as a WebSocket'),
          429: documented('Too many requests per minute; `Retry-After` says when to try again'),
          500: documented('An internal error; see the log of the server'),
          503: documented('Too many streams, or the server is stopping or cannot analyse anything now'),
        },
      },
      config: { protected: true, ...(rateLimit > 0 && { rateLimit: { max: rateLimit, timeWindow: 60_000 } }) },
      onRequest: guards,
      preValidation: async (request) => {
        // Answered before the query is looked at.
        if (!request.ws) await admit(request);
      },
      preHandler: admit,
    },
    (socket, request) => {
      const { stop, ended } = answerStream(socket, request.query, { ...options, log: request.log });
      open.set(socket, { stop, ended: ended.finally(() => open.delete(socket)) });
    },
  );
  return {
    count: () => open.size,
    end: async () => {
      for (const { stop } of open.values()) stop('draining');
      await Promise.all(Array.from(open, ([socket, { ended }]) => ended.then(() => lastWords(socket))));
    },
  };
}
