import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { SerError } from '../error.ts';
import type { UnitFile } from './unit.ts';

/** Where files lie in a store with the interface of S3: `s3://BUCKET` or `s3://BUCKET/PREFIX`. */
export const STORE = v.pipe(
  v.string(),
  v.regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,62}(\/[\w.-]+)*$/, 'must be a bucket and a prefix, s3://BUCKET/PREFIX'),
);

/** Files by their content, for workers that cannot read them at their place: each is an object whose name is its SHA-256. */
export interface Store {
  /** Uploads a file, unless it is there. @throws {SerError} `queue` */
  keep(file: UnitFile): Promise<void>;
  /** @throws {SerError} `queue` if it is not there, or the store refuses */
  get(file: UnitFile): Promise<Response>;
}

/**
 * Opens a store with the keys of this machine's environment, named as the tools of AWS name them: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
 * `AWS_SESSION_TOKEN`, `AWS_REGION`, and `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` for one that is not Amazon's.
 * @throws {SerError} `usage` for an address that is none, or without keys; `queue` if aws4fetch is not installed
 */
export async function openStore(address: string): Promise<Store> {
  if (!v.is(STORE, address)) throw new SerError('usage', `--queue-files must be a bucket and a prefix, s3://BUCKET/PREFIX; it is ${address}.`); // prettier-ignore
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env; // prettier-ignore
  if (!accessKeyId || !secretAccessKey) throw new SerError('usage', `${address} needs keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`); // prettier-ignore
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1';
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`; // prettier-ignore
  const { AwsClient } = await import('aws4fetch').catch((cause: unknown) => {
    throw new SerError('queue', 'A store of files needs the optional package aws4fetch: `npm install aws4fetch`.', { cause }); // prettier-ignore
  });
  const client = new AwsClient({ accessKeyId, secretAccessKey, sessionToken, region, service: 's3', retries: 3 });
  const urlOf = ({ sha256 }: UnitFile): string => `${endpoint.replace(/\/$/, '')}/${address.slice('s3://'.length)}/${sha256}`; // prettier-ignore
  const refused = (what: string, status: number | string): SerError => new SerError('queue', `the store ${address} ${what}: ${status}.`); // prettier-ignore
  const ask = async (file: UnitFile, method: 'GET' | 'HEAD'): Promise<Response> => {
    try {
      return await client.fetch(urlOf(file), { method });
    } catch (error) {
      const { message, cause } = error as Error;
      throw refused('does not answer', cause instanceof Error && cause.message ? cause.message : message);
    }
  };
  return {
    keep: async (file) => {
      const known = await ask(file, 'HEAD');
      if (known.ok) return;
      if (known.status !== 404) throw refused('refuses to look', known.status);
      // By its hash the store checks what arrives.
      const headers = { 'x-amz-content-sha256': file.sha256, 'content-length': String(file.bytes) };
      const signed = await client.sign(urlOf(file), { method: 'PUT', headers });
      const status = await send(signed, file);
      if (status !== 200) throw refused(`refuses ${file.path}`, status);
    },
    get: async (file) => {
      const response = await ask(file, 'GET');
      if (!response.ok) throw refused(`does not give ${file.path}`, response.status);
      return response;
    },
  };
}

/**
 * Sends a file as it is read: the body of a `fetch` would have to be in memory, or to have no length. The store may answer, and close, before it has read all:
 * a `pipeline` would call that an error.
 * @returns the status
 */
async function send({ url, headers }: Request, { path, bytes }: UnitFile): Promise<number> {
  const { request } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  const sent = request(url, { method: 'PUT', headers: { ...Object.fromEntries(headers), 'content-length': bytes } });
  sent.on('error', () => undefined); // `answered` tells of it; after the answer it no longer matters
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  const source = createReadStream(path).on('error', (error) => sent.destroy(error));
  source.pipe(sent);
  const [response] = await answered.finally(() => source.destroy());
  response.resume();
  return response.statusCode ?? 0;
}
