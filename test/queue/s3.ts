import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './redis.ts';

/** Whether versitygw, a server with the interface of S3, is installed; in CI it has to be. */
export const hasS3 = !!process.env.SER_REQUIRE_S3 || spawnSync('versitygw', ['--version']).status === 0;

export interface S3Server {
  /** The environment in which it is found. */
  env: Record<string, string>;
  /** Folder of the objects of its one bucket, `ser`. */
  bucket: string;
  stop(): Promise<void>;
}

/** A store of its own on a free port, in a folder of its own. */
export async function startS3(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'ser-s3-'));
  const bucket = join(folder, 'root', 'ser');
  mkdirSync(bucket, { recursive: true });
  mkdirSync(join(folder, 'meta'));
  const port = await freePort();
  const keys = { AWS_ACCESS_KEY_ID: 'ser', AWS_SECRET_ACCESS_KEY: 'a secret of the test' };
  const words = ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', join(folder, 'meta'), join(folder, 'root')]; // prettier-ignore
  const root = { ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY };
  const server = spawn('versitygw', words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...root },
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(url).catch(() => undefined)); tries++) {
    if (tries > 600 || server.exitCode !== null) throw new Error('versitygw does not start');
    await sleep(100);
  }
  return {
    env: { ...keys, AWS_ENDPOINT_URL: url },
    bucket,
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
