import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import type { LiveResult } from '../../../src/serve/timeline/listen.ts';
import { startServer, type TestServer } from './testServer.ts';

const RATE = 16_000;
const TOKEN = 'a-token';
const headers = { authorization: `Bearer ${TOKEN}` };

let server: TestServer;
/** A woman, a pause, a man. */
let wav: Uint8Array;
beforeAll(async () => {
  server = await startServer({ token: TOKEN, workers: 1, maxStreams: 2, streamSeconds: 20, streamIdle: 2 });
  await server.ready();
  const [woman, man] = await Promise.all(['woman', 'man'].map((name) => loadAudio(`data/voices/${name}.flac`)));
  const signal = new Float32Array(woman.length + man.length + RATE);
  signal.set(woman);
  signal.set(man, woman.length + RATE);
  wav = encodeWav(signal, RATE);
});
afterAll(() => server.close());

type Message = LiveResult | { type: 'error'; error: { code: string; message: string } };

/** An open stream, and what has come through it. */
async function openStream(query = '', given: WebSocket.ClientOptions = { headers }) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/stream${query}`, given);
  const messages: Message[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
  await once(socket, 'open');
  return { socket, messages, closed };
}

/** The answer to a handshake that fails. */
async function refused(query = '', given: WebSocket.ClientOptions = { headers }) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/stream${query}`, given);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, NodeJS.ReadableStream & { statusCode: number }]; // prettier-ignore
  let body = '';
  for await (const part of response) body += String(part);
  return { status: response.statusCode, code: (JSON.parse(body) as { error: { code: string } }).error.code };
}

const kinds = (messages: readonly Message[]) => messages.map(({ type }) => type);

describe('GET /api/v1/stream', () => {
  test('answers utterances while the sound arrives, with running results, and a summary at the end', async () => {
    const { socket, messages, closed } = await openStream('?every=1');
    let before = 0;
    for (let at = 0; at < wav.length; at += RATE / 5) {
      socket.send(wav.subarray(at, at + RATE / 5));
      await wait(60);
      if (at < 0.7 * wav.length) before = messages.filter(({ type }) => type === 'utterance').length;
    }
    expect(before).toBe(1);
    socket.send('end');
    expect(await closed).toEqual({ code: 1000, reason: 'end' });
    expect(kinds(messages).filter((type) => type !== 'running')).toEqual(['utterance', 'utterance', 'end']);
    expect(kinds(messages).filter((type) => type === 'running').length).toBeGreaterThanOrEqual(4);
    const genders = messages.flatMap((one) => (one.type === 'utterance' ? [one.gender] : []));
    expect(genders).toEqual(['female', 'male']);
  });

  test('takes raw samples, sent in any pieces and without waiting', async () => {
    const { socket, messages, closed } = await openStream('?rate=16000&gender=female');
    for (let at = 44; at < wav.length; at += 9999) socket.send(wav.subarray(at, at + 9999));
    socket.send('end');
    await closed;
    expect(kinds(messages)).toEqual(['utterance', 'utterance', 'end']);
    expect(messages[1]).toMatchObject({ gender: 'female', genderProbability: null });
  });

  test('needs the token, an origin of its own, and options that make sense', async () => {
    expect(await refused('', {})).toEqual({ status: 401, code: 'unauthorised' });
    expect(await refused('', { headers, origin: 'https://elsewhere.example' })).toEqual({ status: 403, code: 'cross_origin' }); // prettier-ignore
    expect(await refused('', { headers: { ...headers, host: 'elsewhere.example' } })).toEqual({ status: 421, code: 'wrong_host' }); // prettier-ignore
    expect(await refused('?rate=10')).toEqual({ status: 400, code: 'bad_request' });
    expect(await refused('?gender=male&routing=pooled')).toEqual({ status: 400, code: 'bad_request' });
    const plain = await server.ask('/api/stream', { headers });
    expect(plain.status).toBe(426);
  });

  test('accepts so many streams at a time, and others again when one has ended', async () => {
    const [first, second] = [await openStream(), await openStream()];
    expect(await refused()).toEqual({ status: 503, code: 'busy' });
    first.socket.send('end');
    await first.closed;
    second.socket.terminate();
    await wait(100);
    const third = await openStream();
    third.socket.send('end');
    expect((await third.closed).code).toBe(1000);
  });

  test('ends a stream from which nothing comes, and one that is too long, with what was heard', async () => {
    const idle = await openStream();
    idle.socket.send(wav.subarray(0, 44 + 2 * 2 * RATE));
    expect(await idle.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('idle') as string });
    expect(kinds(idle.messages)).toEqual(['utterance', 'end']);
    const long = await openStream();
    for (let second = 0; second < 25; second++) long.socket.send(new Uint8Array(2 * RATE));
    expect(await long.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('too_long') as string });
    expect(long.messages).toMatchObject([{ type: 'end', seconds: 20, utterances: 0 }]);
  });

  test('survives hostile input: texts, large messages, broken headers, broken frames, and clients that go', async () => {
    const text = await openStream();
    text.socket.send('{"type":"drop tables"}');
    expect((await text.closed).code).toBe(1003);

    const large = await openStream();
    large.socket.send(new Uint8Array(300_000));
    expect((await large.closed).code).toBe(1009);

    const broken = await openStream();
    broken.socket.send(new TextEncoder().encode('RIFF____WAVEdata____'));
    expect((await broken.closed).code).toBe(1007);
    expect(broken.messages).toMatchObject([{ type: 'error', error: { code: 'audio' } }]);

    const floats = encodeWav(new Float32Array(100), RATE);
    new DataView(floats.buffer).setUint16(20, 3, true); // floats
    new DataView(floats.buffer).setUint16(34, 32, true);
    const nan = await openStream();
    nan.socket.send(floats.slice(0, 44));
    nan.socket.send(new Uint8Array(64_000).fill(0xff));
    expect((await nan.closed).code).toBe(1007);

    const raw = connect(Number(new URL(server.url).port), '127.0.0.1');
    raw.write(`GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`); // prettier-ignore
    await once(raw, 'data');
    raw.write(new Uint8Array(1000).fill(0xff));
    await once(raw, 'close');

    const going = await openStream();
    going.socket.send(wav.subarray(0, 200_000));
    going.socket.terminate();
    await wait(200);
    const health = await server.ask('/metrics', { headers });
    expect(await health.text()).toMatch(/^ser_streams 0$/m);
  });

  test('a server that stops answers what was heard and says so', async () => {
    const { socket, messages, closed } = await openStream();
    socket.send(wav.subarray(0, 44 + 2 * 2 * RATE));
    await wait(300);
    const stopping = server.close();
    expect((await closed).code).toBe(1001);
    expect(kinds(messages)).toEqual(['utterance', 'end']);
    await stopping;
  });
});
