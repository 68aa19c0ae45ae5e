import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { basename, dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { PageFile } from '../../page/build.ts';
import { type ModelFiles, publicFamily, publicFile } from './modelCards.ts';
import { jsonText } from '../../../files/files.ts';
import { problem } from '../problem.ts';
import { sha256 } from '../../../sha256.ts';

/** The page, from memory, and the files of the models that it may compute with. Browsers cache them and revalidate. */
export async function staticRoutes(
  app: FastifyInstance,
  page: ReadonlyMap<string, PageFile>,
  files: ModelFiles,
): Promise<void> {
  for (const [path, file] of page) pageRoute(app, path, file);
  await app.register(fastifyStatic, { root: files.family.folder, serve: false });
  const family = Buffer.from(jsonText(publicFamily(files)));
  pageRoute(app, '/models/family.json', { type: 'application/json; charset=utf-8', body: family });
  app.get<{ Params: { model: string; file: string } }>('/models/:model/:file', {
    schema: { hide: true },
    handler: async ({ params }, reply) => {
      const path = publicFile(files, params.model, params.file);
      if (!path) throw problem('not_found', 'There is no such file of a model.');
      if (path.endsWith('.md')) reply.type('text/markdown; charset=utf-8');
      reply.header('cache-control', 'no-cache');
      return reply.sendFile(basename(path), dirname(path), { cacheControl: false, contentType: !path.endsWith('.md') });
    },
  });
}

/** Compressed once, from the start: the first visitor shall not wait for it. */
function pageRoute(app: FastifyInstance, path: string, { type, body }: PageFile): void {
  const etag = `"${sha256(body, 'base64url')}"`;
  const small = promisify(gzip)(body);
  app.get(path, {
    schema: { hide: true },
    handler: async ({ headers }, reply) => {
      reply.type(type).header('etag', etag).header('cache-control', 'no-cache').header('vary', 'accept-encoding');
      if (headers['if-none-match']?.includes(etag)) return reply.code(304).send();
      if (!/\bgzip\b/.test(headers['accept-encoding'] ?? '')) return reply.send(body);
      return reply.header('content-encoding', 'gzip').send(await small);
    },
  });
}
