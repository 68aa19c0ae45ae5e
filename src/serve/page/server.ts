import type { ClipAnswer } from '../predict/clipResult.ts';
import type { PublicFamily } from '../http/routes/modelCards.ts';
import type { PageChoice } from './clips/clip.ts';
import { TaskError } from './device/device.ts';

/** The family of the server's models; needs no token. */
export const fetchFamily = async (): Promise<PublicFamily> => (await (await fetch('/models/family.json')).json()) as PublicFamily; // prettier-ignore

/** The part of `GET /api/v1/models` that the page uses. */
export interface ServerModels {
  /** Whether all emotion models are speaker-adapted. */
  speakerAdapted: boolean;
  models: readonly { name: string; protocol?: string; card: string | null; cardText: string }[];
}

export interface Server {
  models(): Promise<ServerModels>;
  /** @throws {TaskError} with the server's code; `unauthorised` if no valid token is given */
  predict(
    files: readonly { file: Blob; name: string }[],
    choice: PageChoice,
    signal: AbortSignal,
  ): Promise<ClipAnswer[]>;
}

/** Number of attempts while the server is busy. */
const ATTEMPTS = 6;
const TOKEN = 'ser-token';

/** @param askToken  asks the user; called after each 401 response */
export function connectServer(askToken: () => Promise<string>): Server {
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    for (let attempt = 1; ; attempt++) {
      const token = sessionStorage.getItem(TOKEN);
      const headers = new Headers(token ? { Authorization: `Bearer ${token}` } : {});
      const response = await fetch(path, { ...init, headers }).catch((error: Error) => {
        if (error.name === 'AbortError') throw error;
        throw new TaskError({ code: 'network', message: 'The server does not answer: is it still running?' });
      });
      if (response.status === 401) {
        sessionStorage.setItem(TOKEN, await askToken());
      } else if ((response.status === 429 || response.status === 503) && attempt < ATTEMPTS) {
        await pause(1000 * Math.min(60, Number(response.headers.get('Retry-After') ?? 1) || 1), init.signal);
      } else {
        return await answerOf(response);
      }
    }
  };
  return {
    models: async () => (await ask('/api/v1/models')) as ServerModels,
    predict: async (files, { routing, gender, speaker }, signal) => {
      const query = new URLSearchParams({
        ...(gender ? { gender } : routing && { routing }),
        timeline: 'utterances',
        ...(speaker !== undefined && { speaker: 'one' }),
      });
      const body = new FormData();
      for (const { file, name } of files) body.append('file', file, name);
      const { results } = (await ask(`/api/v1/predict?${query}`, { method: 'POST', body, signal })) as {
        results: ClipAnswer[];
      };
      return results;
    },
  };
}

/** The response's body. 422, all files of a request failed, is a valid response too. */
async function answerOf(response: Response): Promise<unknown> {
  const body = (await response.json().catch(() => undefined)) as
    { results?: unknown; error?: { code: string; message: string } } | undefined;
  if (body && (response.ok || body.results)) return body;
  throw new TaskError(body?.error ?? { code: 'server', message: `The server's response was ${response.status}.` });
}

function pause(milliseconds: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
