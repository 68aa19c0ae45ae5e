import type { FastifyInstance } from 'fastify';
import { VERSION } from '../../../version.ts';
import type { Metrics } from '../metrics.ts';
import { describeModels, type ModelFiles } from './modelCards.ts';
import type { Guard } from '../limits/security.ts';

export interface InfoOptions {
  files: ModelFiles;
  limits: { bytes: number; seconds: number; files: number };
  metrics: Metrics;
  guards: Guard[];
  state: () => ServerState;
}

/** `unavailable`: no worker can be started. */
export type ServerState = 'starting' | 'ready' | 'unavailable' | 'draining';

const state = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string' }, version: { type: 'string' } },
} as const;

/** Routes about the server itself: its models, health and metrics. */
export function infoRoutes(
  app: FastifyInstance,
  { files, limits, metrics, guards, state: stateOf }: InfoOptions,
): void {
  const models = { ...describeModels(files), limits };
  const refused = { 401: { description: 'The token is missing or wrong', $ref: 'Problem#' } };
  app.get('/api/v1/models', {
    schema: {
      operationId: 'models',
      summary: 'The models, how they were tested, and their cards',
      response: { 200: { description: 'The models', $ref: 'Models#' }, ...refused },
    },
    config: { protected: true },
    onRequest: guards,
    handler: async () => models,
  });
  app.get('/api/v1/health', {
    schema: {
      operationId: 'health',
      summary: 'Whether the server is running',
      response: { 200: { description: 'It is', ...state } },
    },
    handler: async () => ({ status: 'alive', version: VERSION }),
  });
  app.get('/api/v1/ready', {
    schema: {
      operationId: 'ready',
      summary: 'Whether the server accepts requests: models are loaded and workers are warm',
      response: {
        200: { description: 'It does', ...state },
        503: { description: 'It is starting, draining, or no worker can be started', ...state },
      },
    },
    handler: async (_, reply) => {
      const status = stateOf();
      return reply.code(status === 'ready' ? 200 : 503).send({ status });
    },
  });
  app.get('/metrics', {
    schema: {
      operationId: 'metrics',
      summary: 'Metrics for Prometheus',
      response: {
        200: { description: 'In the text format', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...refused,
      },
    },
    config: { protected: true },
    onRequest: guards,
    handler: async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  });
}
