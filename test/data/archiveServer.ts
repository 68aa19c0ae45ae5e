import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  range?: string;
  ifRange?: string;
}

export interface ArchiveServer {
  /** Ends with a slash. */
  url: string;
  /** One entry a request. */
  seen: Seen[];
  close(): Promise<void>;
}

export interface Behaviour {
  /** Answer with this status instead of the file. */
  status?: number;
  headers?: Record<string, string>;
  /** Break the connection after so many bytes of the body. */
  breakAfter?: number;
  /** Send so many bytes, then nothing more, with the connection open. */
  stallAfter?: number;
  ignoreRange?: boolean;
  etag?: string;
  /** Served instead of the file. */
  body?: Uint8Array;
}

/** Serves one file at any path; `behave` says how each request, counted from 0, is treated. */
export async function serveArchive(
  files: Uint8Array | Record<string, Uint8Array>,
  behave: (request: number) => Behaviour = () => ({}),
): Promise<ArchiveServer> {
  const seen: Seen[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { range, 'if-range': ifRange } = request.headers;
    const behaviour = behave(seen.length);
    seen.push({ range, ifRange: ifRange as string | undefined });
    const name = new URL(request.url!, 'http://localhost').pathname.slice(1);
    const body = behaviour.body ?? (files instanceof Uint8Array ? files : files[name]);
    const { status = body ? undefined : 404, etag = '"v1"', headers } = behaviour;
    if (status) {
      response.writeHead(status, headers).end('no');
      return;
    }
    const asked = !behaviour.ignoreRange && (!ifRange || ifRange === etag) ? /^bytes=(\d+)-$/.exec(range ?? '') : null;
    const start = asked ? Number(asked[1]) : 0;
    if (start >= body.length) {
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
      return;
    }
    const part = body.subarray(start);
    response.writeHead(asked ? 206 : 200, {
      'content-length': part.length,
      ...(etag ? { etag } : {}),
      ...(asked ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
      ...headers,
    });
    const { breakAfter, stallAfter } = behaviour;
    if (breakAfter !== undefined) {
      // `end` of the socket, not `destroy`: what was written still arrives.
      response.write(part.subarray(0, breakAfter), () => response.socket?.end());
    } else if (stallAfter !== undefined) response.write(part.subarray(0, stallAfter));
    else response.end(part);
  };
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    seen,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
