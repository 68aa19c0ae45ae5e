import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A recording and what the server answers to it when it has nothing else to do. */
export interface KnownClip {
  bytes: Uint8Array;
  answer: string;
}

export interface OverloadOptions {
  /** In all, hostile ones included. */
  requests: number;
  /** Requests a second, whether answers come or not. */
  rate: number;
  clips: readonly KnownClip[];
  /** Limit of one request of the server in bytes. */
  mostBytes: number;
  /** Each of so many requests is hostile. */
  hostileOf?: number;
}

export interface OverloadResult {
  /** Good requests by what became of them. */
  good: { right: number; busy: number; wrong: string[] };
  /** Hostile requests that were answered otherwise than they deserve, and all of them. */
  hostile: { sent: number; wrong: string[] };
  /** Milliseconds of the good requests that were answered. */
  times: number[];
}

interface Reply {
  status: number;
  retryAfter: number;
  body: string;
}

const HEADERS = { 'content-type': 'audio/wav' };

/** One request, on a connection of its own. @throws if the server closes it without an answer */
export function post(
  url: string,
  body: Uint8Array,
  headers: Record<string, string | number> = HEADERS,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v1/predict`, { method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, retryAfter: Number(response.headers['retry-after']), body: text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const isRefusal = ({ status, retryAfter }: Reply): boolean => status === 503 && retryAfter >= 1;

/** What strangers send: each resolves to a description of what went wrong, or to nothing. */
const HOSTILE: ((url: string, mostBytes: number, good: Uint8Array) => Promise<string | undefined>)[] = [
  // No audio.
  async (url) => unless(await post(url, randomBytes(5000)), 422),
  // Audio that breaks off in its header, and one whose samples are noise.
  async (url, _, good) => unless(await post(url, good.subarray(0, 30)), 422),
  async (url, _, good) => unless(await post(url, good, { 'content-type': 'text/html' }), 415),
  async (url, mostBytes) => {
    const reply = await raw(url, `Content-Type: audio/wav\r\nContent-Length: ${100 * mostBytes}\r\n\r\nRIFF`);
    return / 413 | 503 /.test(reply) ? undefined : `a huge body: ${reply.slice(0, 40)}`;
  },
  // An upload that ends in the middle.
  async (url, _, good) => {
    const socket = await open(url, `Content-Type: audio/wav\r\nContent-Length: ${good.length}\r\n\r\n`);
    socket.write(good.subarray(0, good.length / 2));
    await sleep(50);
    socket.destroy();
    return undefined;
  },
  // One that sends a byte now and then, and never ends.
  async (url) => {
    const socket = await open(url, 'Content-Type: audio/wav\r\nContent-Length: 5000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 500);
    let reply = '';
    socket.on('data', (data) => (reply += String(data)));
    await new Promise((resolve) => socket.on('close', resolve));
    clearInterval(drip);
    return / 408 | 503 /.test(reply) || reply === '' ? undefined : `a slow body: ${reply.slice(0, 40)}`;
  },
];

const unless = (reply: Reply, status: number): string | undefined =>
  reply.status === status || isRefusal(reply)
    ? undefined
    : `${reply.status} instead of ${status}: ${reply.body.slice(0, 200)}`;

async function open(url: string, headers: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  socket.write(`POST /api/v1/predict HTTP/1.1\r\nHost: localhost\r\n${headers}`);
  return socket;
}

async function raw(url: string, text: string): Promise<string> {
  const socket = await open(url, text);
  let reply = '';
  socket.on('data', (data) => ((reply += String(data)), socket.end()));
  await new Promise((resolve) => socket.on('close', resolve));
  return reply;
}

/** Sends requests at a rate that does not depend on the answers, some of them hostile, and checks every answer. */
export async function overload(
  url: string,
  { requests, rate, clips, mostBytes, hostileOf = 20 }: OverloadOptions,
): Promise<OverloadResult> {
  const result: OverloadResult = { good: { right: 0, busy: 0, wrong: [] }, hostile: { sent: 0, wrong: [] }, times: [] };
  const { good, hostile, times } = result;
  const ask = async ({ bytes, answer }: KnownClip): Promise<void> => {
    const start = performance.now();
    const reply = await post(url, bytes);
    if (isRefusal(reply)) good.busy++;
    else if (reply.status === 200 && reply.body === answer) {
      good.right++;
      times.push(performance.now() - start);
    } else good.wrong.push(`${reply.status} ${reply.body.slice(0, 200)}`);
  };
  const attack = async (kind: number): Promise<void> => {
    hostile.sent++;
    const wrong = await HOSTILE[kind % HOSTILE.length](url, mostBytes, clips[0].bytes);
    if (wrong) hostile.wrong.push(wrong);
  };
  const running: Promise<void>[] = [];
  const start = performance.now();
  for (let i = 0; i < requests; i++) {
    const wait = (1000 * i) / rate - (performance.now() - start);
    if (wait > 0) await sleep(wait);
    const isHostile = i % hostileOf === hostileOf - 1;
    running.push(
      isHostile
        ? attack((i + 1) / hostileOf).catch((error: Error) => void hostile.wrong.push(error.message))
        : ask(clips[i % clips.length]).catch((error: Error) => void good.wrong.push(error.message)),
    );
  }
  await Promise.all(running);
  return result;
}

/** Requests a second that are answered while so many clients ask again and again. */
export async function capacityOf(url: string, { bytes }: KnownClip, seconds: number, clients = 4): Promise<number> {
  let done = 0;
  const start = performance.now();
  const client = async (): Promise<void> => {
    for (; performance.now() - start < 1000 * seconds; done++) await post(url, bytes);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (1000 * done) / (performance.now() - start);
}
