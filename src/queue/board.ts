import type { AddressInfo } from 'node:net';
import type { Queue } from 'bullmq';
import fastify from 'fastify';
import { SerError } from '../error.ts';
import { systemReason } from '../messages/systemErrors.ts';

/** A page of the queue for people. */
export interface Board {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves Bull Board for a queue, to this machine alone. The tokens of runs are not shown.
 * @throws {SerError} `queue` if it is not installed, `usage` for a port that is taken
 */
export async function serveBoard(queue: Queue, port: number): Promise<Board> {
  const { createBullBoard, BullMQAdapter, FastifyAdapter } = await boardLibraries();
  const adapter = new FastifyAdapter();
  const shown = new BullMQAdapter(queue);
  shown.setFormatter('data', (data: unknown) => ({ ...(data as object), token: '…' }));
  createBullBoard({ queues: [shown], serverAdapter: adapter, options: { uiConfig: { boardTitle: 'gender-ser' } } });
  const app = fastify({ forceCloseConnections: true });
  // Pages of other sites that resolve to this machine are refused.
  app.addHook('onRequest', async ({ hostname }, reply) => {
    if (!['127.0.0.1', 'localhost'].includes(hostname.replace(/:\d+$/, ''))) await reply.code(403).send();
  });
  await app.register(adapter.registerPlugin());
  try {
    await app.listen({ host: '127.0.0.1', port });
  } catch (cause) {
    await app.close();
    throw new SerError('usage', `--serve ${port}: ${systemReason(cause)}.`, { cause });
  }
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`, close: () => app.close() };
}

async function boardLibraries() {
  try {
    const [{ createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] = await Promise.all([
      import('@bull-board/api'),
      import('@bull-board/api/bullMQAdapter'),
      import('@bull-board/fastify'),
    ]);
    return { createBullBoard, BullMQAdapter, FastifyAdapter };
  } catch (cause) {
    throw new SerError('queue', 'The page of a queue needs the optional packages @bull-board/api and @bull-board/fastify: `npm install @bull-board/api @bull-board/fastify`.', { cause }); // prettier-ignore
  }
}
