import { readFileSync } from 'node:fs';
import { createPool, workerUrl } from '../../../src/data/workers/workerPool.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import type { ClipAnalysis, ClipJob } from '../../../src/serve/predict/analyseClip.ts';
import type { ServeOptions } from '../../../src/serve/http/options.ts';
import { createServer, type ServerParts } from '../../../src/serve/http/server.ts';

/** A server on a free port, with the shipped models, silent. */
export async function startServer(options: ServeOptions = {}, parts: ServerParts = {}) {
  const server = await createServer({ port: 0, log: 'silent', ...options }, parts);
  const url = await server.listen();
  const answers: Response[] = [];
  const ask = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url + path, init);
    answers.push(response);
    return response;
  };
  return {
    ...server,
    url,
    ask,
    predict: (files: Record<string, Uint8Array<ArrayBuffer>>, query = '', init: RequestInit = {}) =>
      ask(`/api/v1/predict${query}`, { method: 'POST', body: formOf(files), ...init }),
    close: async () => {
      // The server waits for answers that nobody has read.
      await Promise.all(answers.map((one) => one.body?.locked || one.body?.cancel()));
      await server.close();
    },
  };
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

/** The module of workers that misbehave when the file's name tells them to. */
export const hostileWorker = workerUrl('hostileWorker', import.meta.url);

export const hostilePool: ServerParts['createPool'] = (threads, options) =>
  createPool<ClipJob, ClipAnalysis>(hostileWorker, threads, options);

export function formOf(files: Record<string, Uint8Array<ArrayBuffer>>): FormData {
  const form = new FormData();
  for (const [name, bytes] of Object.entries(files)) form.append('clip', new Blob([bytes]), name);
  return form;
}

export const demo = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(`data/demo/${name}.wav`));

/** A WAV file of a buzz that comes and goes, such as a voice does. */
export function buzz(seconds: number, rate = 16_000, level = 0.3): Uint8Array<ArrayBuffer> {
  const voice = (t: number): number => {
    const harmonics = [1, 2, 3, 4, 5].reduce((sum, n) => sum + Math.sin(2 * Math.PI * 140 * n * t) / n, 0);
    return 0.4 * harmonics * (0.6 + 0.4 * Math.sin(2 * Math.PI * 3 * t));
  };
  return encodeWav(
    Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => level * voice(i / rate)),
    rate,
  );
}

export interface ErrorBody {
  error: { code: string; message: string };
}

/** Status, headers and body of an answer. */
export async function answer<T = ErrorBody>(asked: Promise<Response>) {
  const response = await asked;
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}
