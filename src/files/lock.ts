import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SerError } from '../error.ts';
import { writing } from './files.ts';
import { sha256 } from '../sha256.ts';

export interface LockOptions {
  /** Milliseconds to wait for another process to release the lock, for example one that is ending. Default: 10 s. */
  patience?: number;
}

/**
 * Does something that only one process of this machine may do with a path at a time. The lock is a name to listen on, which the system releases
 * when the process ends, in whatever way; nothing is written at the path. Containers that share a folder do not see each other's locks.
 * @throws {SerError} `file` if another process holds the lock for too long
 */
export async function withLock<Result>(
  path: string,
  work: () => Promise<Result>,
  { patience = 10_000 }: LockOptions = {},
): Promise<Result> {
  const server = await holdLock(path, patience);
  try {
    return await work();
  } finally {
    server.close();
  }
}

async function holdLock(path: string, patience: number): Promise<Server> {
  const folder = dirname(resolve(path));
  writing(path, () => mkdirSync(folder, { recursive: true }));
  const name = lockName(join(realpathSync(folder), basename(path)));
  for (const end = performance.now() + patience; ; await sleep(100)) {
    const server = await listen(name);
    if (server) return server;
    if (performance.now() >= end) {
      throw new SerError('file', `${path} is being written by another process: let that one end first, or end it.`);
    }
  }
}

/** Linux and Windows have names that are not files, and are released when the process ends. */
function lockName(path: string): string {
  const name = `gender-ser-${sha256(path).slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** @returns undefined if another process listens on the name */
async function listen(name: string): Promise<Server | undefined> {
  const isFile = name.startsWith('/');
  if (isFile && !(await isHeld(name))) rmSync(name, { force: true });
  const server = createServer((socket) => socket.destroy()).unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(name, () => resolve(server));
  });
}

/** On other systems the name is a file that outlives its process, after which connections fail. */
function isHeld(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name)
      .once('connect', () => (socket.destroy(), resolve(true)))
      .once('error', () => resolve(false));
  });
}
