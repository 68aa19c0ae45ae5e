import { createHash, timingSafeEqual } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from './problem.ts';

/** Looks at a request before its body is read. @throws {Problem} */
export type Guard = (request: FastifyRequest) => Promise<void>;

/** Headers of every answer: what the page may load and do, and who may show it. */
export async function securityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        workerSrc: ["'self'", 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'", 'blob:'],
        styleSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Whether it is reached by HTTPS is for the proxy in front to say.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  app.addHook('onRequest', async (_, reply) => {
    reply.header('permissions-policy', 'microphone=(self), camera=(), geolocation=()');
  });
}

/** Asks for `Authorization: Bearer <token>`. */
export function tokenGuard(token: string): Guard {
  // Hashes are of one length, which the comparison needs and must not tell.
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  const wanted = hash(token);
  return async ({ headers }) => {
    const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given && timingSafeEqual(hash(given), wanted)) return;
    throw problem('unauthorised', 'This server asks for a token: send it as `Authorization: Bearer …`.', {
      'www-authenticate': 'Bearer realm="gender-ser"',
    });
  };
}

/**
 * Refuses what a page of another site sends through its visitor's browser, which may reach servers that the site cannot.
 * Browsers say where a request comes from; other programs say nothing, and may.
 */
export const sameOriginGuard: Guard = async ({ headers, host }) => {
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  const foreign = site ? site !== 'same-origin' && site !== 'none' : origin !== undefined && !isHost(origin, host);
  if (foreign) throw problem('cross_origin', 'Pages of other sites may not use this server.');
};

function isHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
