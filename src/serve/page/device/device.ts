import type { TaskReply, TaskRequest, Tasks } from './deviceWorker.ts';

/** The worker's tasks as functions for the page. */
export type Device = {
  [Name in keyof Tasks]: (...parameters: Parameters<Tasks[Name]>) => ReturnType<Tasks[Name]>;
};

/** An error with the worker's or the server's code. */
export class TaskError extends Error {
  readonly code: string;

  constructor({ code, message }: { code: string; message: string }) {
    super(message);
    this.code = code;
  }
}

/**
 * Starts the worker that decodes, computes features and runs the models, so that the page stays responsive.
 * A worker that dies is replaced; its current tasks fail.
 */
export function startDevice(): Device {
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let count = 0;

  const start = (): Worker => {
    const started = new Worker('/worker.js', { type: 'module' });
    started.onmessage = ({ data }: MessageEvent<TaskReply>) => {
      const task = waiting.get(data.id);
      waiting.delete(data.id);
      if ('error' in data) task?.reject(new TaskError(data.error));
      else task?.resolve(data.result as never);
    };
    started.onerror = ({ message }) => {
      started.terminate();
      worker = undefined;
      const error = new TaskError({ code: 'internal', message: message || 'The page’s worker could not be started.' });
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    return started;
  };
  const run = (task: keyof Tasks, parameters: unknown[]) =>
    new Promise<never>((resolve, reject) => {
      worker ??= start();
      const id = count++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, task, parameters } satisfies TaskRequest);
    });
  return {
    prepare: (...parameters) => run('prepare', parameters),
    analyse: (...parameters) => run('analyse', parameters),
    picture: (...parameters) => run('picture', parameters),
    beginListening: (...parameters) => run('beginListening', parameters),
    hear: (...parameters) => run('hear', parameters),
    endListening: (...parameters) => run('endListening', parameters),
  };
}

/** A module with one SIMD instruction (i8x16.splat), which ONNX Runtime and the features need. */
const SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
); // prettier-ignore

/** The reason why the models cannot run in this browser, or undefined. */
export function deviceProblem(): string | undefined {
  if (typeof Worker === 'undefined') return 'it has no web workers';
  if (typeof WebAssembly === 'undefined') return 'it has no WebAssembly';
  return WebAssembly.validate(SIMD) ? undefined : 'its WebAssembly has no SIMD';
}
