import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether redis-server is installed; in CI it has to be. */
export const hasRedis = !!process.env.CI || !!process.env.SER_REQUIRE_REDIS || spawnSync('redis-server', ['--version']).status === 0; // prettier-ignore

export interface RedisServer {
  port: number;
  url: string;
  folder: string;
  /** SIGKILL, and the end of the process. */
  kill(): Promise<void>;
  /** Again, at the same port and with what it has kept. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of its own on a free port, in a folder of its own. @param options  of redis-server */
export async function startRedis(options: readonly string[] = [], tls = false): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ser-redis-'));
  const port = await freePort();
  const where = tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];
  const words = [...where, '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...options];
  let server: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  const start = async (): Promise<void> => {
    server = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const text of server.stdout!) {
      if (String(text).includes('Ready to accept connections')) break;
    }
    // Whatever else it says is dropped, so that its pipe never fills.
    server.stdout!.resume();
  };
  await start();
  const url = `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`;
  return { port, url, folder, kill, start, stop: () => kill().then(() => rmSync(folder, { recursive: true })) };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
