import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { SerError } from '../../error.ts';
import { systemReason } from '../../messages/systemErrors.ts';
import { RESULT_LIMIT } from '../unit.ts';

/** The coordinator's server: gives workers the files of its run, by their content, and takes results. */
export interface FileServer {
  /** For workers. */
  url: string;
  token: string;
  /** Offers a file, and no longer: as often as it was offered. */
  offer(sha256: string, path: string): void;
  withdraw(sha256: string): void;
  close(): Promise<void>;
}

export interface FileServerOptions {
  /** `HOST` or `HOST:PORT`, by which workers reach this machine. */
  host: string;
  /** @returns whether it was the result of a unit that waits for one. @throws {SerError} for one of another shape */
  onResult(unit: number, result: unknown): boolean;
}

/**
 * Only who knows the token, which lies in Redis, gets files and gives results.
 * @throws {SerError} `queue` if it cannot listen there, `usage` for an address that is none
 */
export async function serveFiles({ host, onResult }: FileServerOptions): Promise<FileServer> {
  const place = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  if (!place || place.host !== host.toLowerCase()) {
    throw new SerError('usage', `--queue-host must be a name or an address of this machine, such as 10.0.0.5 or 10.0.0.5:7000; it is ${host}.`); // prettier-ignore
  }
  const token = randomBytes(32).toString('base64url');
  const expected = Buffer.from(`Bearer ${token}`);
  const files = new Map<string, { path: string; users: number }>();
  const app = fastify({ bodyLimit: RESULT_LIMIT, forceCloseConnections: true });
  app.addHook('onRequest', async ({ headers: { authorization = '' } }, reply) => {
    const given = Buffer.from(authorization);
    const isKnown = given.length === expected.length && timingSafeEqual(given, expected);
    if (!isKnown) await reply.code(401).send({ error: 'the token of the run is missing' });
  });
  app.get('/', () => ({ alive: true }));
  app.get<{ Params: { hash: string } }>('/files/:hash', ({ params: { hash } }, reply) => {
    const path = files.get(hash)?.path;
    if (path === undefined) return reply.code(404).send({ error: 'no file of this run' });
    return reply.type('application/octet-stream').send(createReadStream(path));
  });
  app.put<{ Params: { unit: string } }>('/results/:unit', async ({ params, body }, reply) => {
    try {
      return await reply.code(onResult(Number(params.unit), body) ? 204 : 410).send();
    } catch (error) {
      if (!(error instanceof SerError)) throw error;
      return reply.code(400).send({ error: error.message });
    }
  });
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(place.hostname);
  try {
    await app.listen({ host: isLocal ? place.hostname.replace(/[[\]]/g, '') : '0.0.0.0', port: Number(place.port) });
  } catch (cause) {
    throw new SerError('queue', `--queue-host ${host}: ${systemReason(cause as NodeJS.ErrnoException)}.`, { cause });
  }
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://${place.hostname}:${port}`,
    token,
    offer: (sha256, path) => void files.set(sha256, { path, users: 1 + (files.get(sha256)?.users ?? 0) }),
    withdraw: (sha256) => {
      const file = files.get(sha256);
      if (file && --file.users === 0) files.delete(sha256);
    },
    close: () => app.close(),
  };
}
