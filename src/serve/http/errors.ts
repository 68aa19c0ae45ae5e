import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance } from 'fastify';
import { SerError } from '../../error.ts';
import { isProblem, problem, type Problem, problemBody } from './problem.ts';
import { tooLarge, type UploadLimits } from './limits/uploads.ts';

/** Gives all errors the same form, whatever their source. */
export function answerErrors(app: FastifyInstance, limits: UploadLimits): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = asProblem(error, limits);
    // The client has disconnected: nobody reads the response, and nothing is wrong here.
    if (known.code === 'internal' && !reply.raw.destroyed) {
      request.log.error({ route: request.routeOptions.url, err: { type: error.name, message: error.message, stack: error.stack } }, 'internal error'); // prettier-ignore
    }
    return reply
      .code(known.statusCode)
      .headers(known.headers ?? {})
      .send(problemBody(known.code, known.message));
  });
  app.setNotFoundHandler((_, reply) =>
    reply.code(404).send(problemBody('not_found', 'There is nothing here; /docs lists what there is.')),
  );
}

/** Refuses what is there but cannot be asked in this way, before a body is read. */
export function refuseMethods(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ is404, method, url }) => {
    const [path] = url.split('?');
    const allowed = is404 ? METHODS.filter((other) => app.hasRoute({ url: path, method: other })) : [];
    if (allowed.length === 0) return;
    const message = `${path} cannot be asked by ${method}, but by ${allowed.join(' or ')}.`;
    throw problem('method_not_allowed', message, { allow: allowed.join(', ') });
  });
}

const METHODS = ['GET', 'HEAD', 'POST'] as const;

function asProblem(error: FastifyError | Problem, limits: UploadLimits): Problem {
  if (isProblem(error)) return error;
  if (error.validation) {
    const [{ instancePath, message, params }] = error.validation;
    const name = instancePath.slice(1) || String(params.additionalProperty ?? 'the query');
    const choices = Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(', ')}` : '';
    return problem('bad_request', `${name}: ${message}${choices}.`);
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return tooLarge(limits.bytes);
    case 'FST_FILES_LIMIT':
      return problem(
        'too_many_files',
        `A request may have ${limits.files} files; send the others in a separate request.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return problem(
        'unsupported_type',
        'Send files as multipart/form-data, or one recording with Content-Type audio/* or application/octet-stream.',
      );
  }
  if (error.statusCode && error.statusCode < 500) return problem('bad_request', error.message);
  if (error instanceof SerError && error.code === 'usage') return problem('bad_request', error.message);
  return problem('internal', 'An internal error occurred; see the log of the server.');
}

/** Answers on the bare connection if the request is malformed or does not arrive in time. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, body] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', problemBody('slow_upload', 'The request took too long to arrive.')]
      : ['400 Bad Request', problemBody('bad_request', 'This is not a valid HTTP request.')];
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}
