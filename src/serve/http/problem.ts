/** A failure of a request as a whole. The codes are for programs; `docs/serve.md` lists them. */
export interface Problem extends Error {
  statusCode: number;
  code: ProblemCode;
  headers?: Record<string, string>;
}

export const PROBLEMS = {
  bad_request: 400,
  no_file: 400,
  unauthorised: 401,
  cross_origin: 403,
  not_found: 404,
  method_not_allowed: 405,
  slow_upload: 408,
  too_large: 413,
  too_long: 413,
  too_many_files: 413,
  unsupported_type: 415,
  wrong_host: 421,
  upgrade_required: 426,
  rate_limited: 429,
  internal: 500,
  busy: 503,
  draining: 503,
  unavailable: 503,
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** An error that is reported to the client; its status follows from its code. */
export function problem(code: ProblemCode, message: string, headers?: Record<string, string>): Problem {
  return Object.assign(new Error(message), { statusCode: PROBLEMS[code], code, headers });
}

export function isProblem(error: unknown): error is Problem {
  return error instanceof Error && Object.hasOwn(PROBLEMS, (error as Partial<Problem>).code ?? '');
}

/** The body of every error response. */
export const problemBody = (code: ProblemCode, message: string) => ({ error: { code, message } });
