import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import { liveBlocks } from '../../../data/audio/live/liveBlocks.ts';
import { speechDetector } from '../../../data/speech/load.ts';
import { SerError } from '../../../error.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import { listen } from '../../timeline/listen.ts';
import { failureOf } from '../routes/predictUpload.ts';
import { socketBytes } from './socketBytes.ts';
import type { StreamQuery, StreamRouteOptions } from './streamRoute.ts';

/** Why the server ends a stream; what was heard is still answered. */
export type Stop = 'idle' | 'too_long' | 'draining' | 'bad_message';

/** Codes of RFC 6455, section 7.4.1. */
const CLOSE = { done: 1000, going: 1001, unsupported: 1003, invalid: 1007, policy: 1008, internal: 1011 } as const;

const STOPS: Record<Stop, { code: number; reason: string }> = {
  idle: { code: CLOSE.policy, reason: 'idle: no sound for too long' },
  too_long: { code: CLOSE.policy, reason: 'too_long: the stream has reached its limit' },
  draining: { code: CLOSE.going, reason: 'draining: the server is stopping' },
  bad_message: { code: CLOSE.unsupported, reason: 'bad_message: a text other than "end"' },
};

/** Bytes of results that a client has not read, after which it is disconnected. */
const UNREAD = 1_048_576;

/**
 * Answers a stream until its sound ends, a limit is reached, or the client has gone.
 * @returns `stop` ends it early; `ended` resolves when nothing more is done for it
 */
export function answerStream(
  socket: WebSocket,
  query: StreamQuery,
  { models, pool, metrics, limits, log }: StreamRouteOptions & { log: FastifyBaseLogger },
): { stop: (reason: Stop) => void; ended: Promise<void> } {
  const gone = new AbortController();
  let stopped: Stop | undefined;
  const stop = (reason: Stop): void => {
    stopped ??= reason;
    bytes.end();
  };
  const idle = setTimeout(() => stop('idle'), 1000 * limits.idle);
  const longest = setTimeout(() => stop('too_long'), 1000 * limits.seconds);
  const bytes = socketBytes(socket, () => idle.refresh(), () => stop('bad_message')); // prettier-ignore
  socket.on('close', () => gone.abort());
  // Too large a message, or bytes that are no WebSocket's: ws closes the connection with its code.
  socket.on('error', () => undefined);

  const { rate, every, ...choice } = query;
  const predict = async (signal: Float32Array) => {
    const start = performance.now();
    const job = { file: 'the stream', signal, ...models.needs(choice) };
    const analysis = await pool.run(job, { seconds: limits.timeout, signal: gone.signal, line: socket });
    const prediction = models.predict(analysis, choice);
    metrics.clip('ok', (performance.now() - start) / 1000);
    metrics.prediction(prediction.emotion ?? 'no speech', analysis.seconds);
    return prediction;
  };
  const send = (value: object): void => {
    if (socket.bufferedAmount > UNREAD) socket.terminate();
    else socket.send(JSON.stringify(value));
  };
  /** The sound, up to the limit of its length. */
  async function* limited(): AsyncGenerator<Float32Array> {
    let left = limits.seconds * SAMPLE_RATE;
    for await (const block of liveBlocks(bytes, { rate })) {
      if (gone.signal.aborted) return;
      yield block.subarray(0, left);
      left -= block.length;
      if (left <= 0) return stop('too_long');
    }
  }

  const answer = async (): Promise<void> => {
    try {
      const detector = await speechDetector();
      for await (const result of listen(limited(), { detector, predict, labels: models.labels, every })) {
        if (gone.signal.aborted) return;
        send(result);
      }
      const { code, reason } = stopped ? STOPS[stopped] : { code: CLOSE.done, reason: 'end' };
      socket.close(code, reason);
    } catch (error) {
      if (gone.signal.aborted) return;
      const failure = failureOf(error as Error, limits.timeout);
      metrics.clip(failure.code, 0);
      if (failure.code === 'internal') log.error({ reason: (error as Error).message }, 'a stream failed');
      send({ type: 'error', error: failure });
      socket.close(error instanceof SerError ? CLOSE.invalid : CLOSE.internal, failure.code);
    } finally {
      clearTimeout(idle);
      clearTimeout(longest);
      bytes.end();
    }
  };
  return { stop, ended: answer() };
}
