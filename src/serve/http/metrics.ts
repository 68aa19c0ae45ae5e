import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PoolLoad } from '../../data/workers/workerPool.ts';
import type { Admission } from './limits/admission.ts';

/** The server's counters, for Prometheus. */
export interface Metrics {
  /** Counts a response. */
  request(method: string, route: string, status: number, seconds: number): void;
  /** Counts an analysed clip; `outcome` is `ok` or the code of the failure. */
  clip(outcome: string, seconds: number): void;
  prediction(emotion: string, audioSeconds: number): void;
  contentType: string;
  text(): Promise<string>;
}

/** Seconds; the target for a clip of 4 s is 0.05 at the median and 0.15 at the 99th percentile. */
const BUCKETS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** @param streams  number of live streams in progress */
export function createMetrics(poolLoad: () => PoolLoad, admission: Admission, streams: () => number): Metrics {
  const registers = [new Registry()];
  const [registry] = registers;
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'ser_http_request_duration_seconds',
    help: 'Requests, from arrival to response',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const clips = new Histogram({
    name: 'ser_clip_duration_seconds',
    help: 'Analysis of one clip, including the wait for a worker, by outcome: ok, or the code of the failure',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers,
  });
  const predictions = new Counter({
    name: 'ser_predictions_total',
    help: 'Predicted clips by emotion',
    labelNames: ['emotion'],
    registers,
  });
  const audio = new Counter({ name: 'ser_audio_seconds_total', help: 'Seconds of audio predicted', registers });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('ser_requests_in_flight', 'Prediction requests at work', () => admission.load().requests);
  gauge('ser_upload_bytes', 'Bytes reserved for uploads in progress', () => admission.load().bytes);
  gauge('ser_streams', 'Live streams in progress', streams);
  gauge('ser_queue_jobs', 'Jobs waiting for a worker', () => poolLoad().waiting);
  gauge('ser_workers_busy', 'Busy workers', () => poolLoad().busy);
  gauge('ser_workers_idle', 'Idle workers', () => poolLoad().idle);
  new Counter({
    name: 'ser_workers_lost_total',
    help: 'Workers that crashed or were ended, and were replaced',
    registers,
    collect() {
      this.reset();
      this.inc(poolLoad().lost);
    },
  });
  return {
    request: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    clip: (outcome, seconds) => clips.observe({ outcome }, seconds),
    prediction: (emotion, audioSeconds) => {
      predictions.inc({ emotion });
      audio.inc(audioSeconds);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
