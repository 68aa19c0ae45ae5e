import { timingSafeEqual } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from '../problem.ts';
import { sha256 } from '../../../sha256.ts';

/** Checks a request before its body is read. @throws {Problem} */
export type Guard = (request: FastifyRequest) => Promise<void>;

/** Headers of every response: what the page may load and do, and who may embed it. */
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
    // Whether HTTPS is used is known only to the proxy in front.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  app.addHook('onRequest', async (_, reply) => {
    reply.header('permissions-policy', 'microphone=(self), camera=(), geolocation=()');
  });
}

/** Wrong tokens that an address may send within `LOCKED` milliseconds. */
const WRONG_TOKENS = 10;
const LOCKED = 60_000;
/** Number of addresses kept; the oldest are dropped. */
const REMEMBERED = 10_000;

/**
 * Requires `Authorization: Bearer <token>`. After too many wrong tokens an address is locked out for the rest of a minute, so that nobody
 * can try many; but not one that has sent the right token before, since several clients may share it.
 */
export function tokenGuard(token: string): Guard {
  // Hashes have the same length, which the comparison needs and must not reveal.
  const hash = (text: string): Buffer => Buffer.from(sha256(text));
  const wanted = hash(token);
  const wrong = new Map<string, { count: number; until: number }>();
  const known = new Map<string, true>();
  return async ({ headers, ip }) => {
    const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined) throw unauthorised();
    const now = performance.now();
    const seen = wrong.get(ip);
    const tries = seen && seen.until > now ? seen : { count: 0, until: now + LOCKED };
    const locked = tries.count >= WRONG_TOKENS;
    if ((!locked || known.has(ip)) && timingSafeEqual(hash(given), wanted)) return remember(known, ip, true);
    if (locked) {
      const seconds = Math.ceil((tries.until - now) / 1000);
      throw problem('rate_limited', `Too many wrong tokens; try again in ${seconds} s.`, {
        'retry-after': String(seconds),
      });
    }
    remember(wrong, ip, { ...tries, count: tries.count + 1 });
    throw unauthorised();
  };
}

const unauthorised = () =>
  problem('unauthorised', 'This server requires a token: send it as `Authorization: Bearer …`.', {
    'www-authenticate': 'Bearer realm="gender-ser"',
  });

function remember<Value>(all: Map<string, Value>, key: string, value: Value): void {
  all.delete(key);
  all.set(key, value);
  if (all.size > REMEMBERED) all.delete(all.keys().next().value!);
}

/**
 * Refuses requests by pages of other sites through a visitor's browser, which may reach servers that the site cannot.
 * Browsers state the origin of a request; other programs do not, and are admitted.
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
