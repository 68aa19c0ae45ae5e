import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { capacityOf, type KnownClip, overload, post } from './overload.ts';
import { demo, startServer, type TestServer } from './testServer.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ workers: 2, queue: 4, maxMb: 1, uploadTimeout: 2 });
  await server.ready();
});
afterAll(() => server.close());

const gauges = async (...names: string[]): Promise<number[]> => {
  const text = await (await server.ask('/metrics')).text();
  return names.map((name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)![1]));
};

test('at twice its capacity, with hostile requests among them, every answer is right or an honest 503, none is lost, and it recovers at once', async () => {
  const clips: KnownClip[] = [];
  for (const name of ['male', 'female']) {
    const bytes = demo(name);
    const { status, body } = await post(server.url, bytes);
    expect(status).toBe(200);
    clips.push({ bytes, answer: body });
  }
  expect(clips[0].answer).not.toBe(clips[1].answer);
  const capacity = await capacityOf(server.url, clips[0], 1.5);
  const requests = Math.round(Math.min(400, Math.max(60, 10 * capacity)));
  const { good, hostile, times } = await overload(server.url, {
    requests,
    rate: 2 * capacity,
    clips,
    mostBytes: 2 ** 20,
  });

  expect([good.wrong, hostile.wrong]).toEqual([[], []]);
  expect(good.right + good.busy).toBe(requests - hostile.sent);
  expect(hostile.sent).toBe(Math.floor(requests / 20));
  // Twice the capacity: about half of them find room.
  expect(good.right).toBeGreaterThan(requests / 5);
  expect(good.busy).toBeGreaterThan(0);
  expect(times).toHaveLength(good.right);

  // The slow ones have been cut off, nothing is held, and the next request is answered.
  expect(await gauges('ser_requests_in_flight', 'ser_upload_bytes')).toEqual([0, 0]);
  expect(await post(server.url, clips[1].bytes)).toMatchObject({ status: 200, body: clips[1].answer });
});
