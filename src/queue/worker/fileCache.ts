import { createWriteStream, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SerError } from '../../error.ts';
import { checksumOf } from '../../files/download.ts';
import { fileStamp } from '../../data/workers/journal.ts';
import { openStore, type Store } from '../store.ts';
import type { Unit, UnitFile } from '../unit.ts';
import { ask } from './ask.ts';

/** The files of units on this machine: the coordinator's own, where they lie at the same place with the same content, else copies by content. */
export interface FileCache {
  /** Paths of a unit's files here, by the coordinator's paths. They stay until `release`. @throws {SerError} `queue` */
  hold(unit: Unit): Promise<ReadonlyMap<string, string>>;
  release(unit: Unit): Promise<void>;
}

interface Copy {
  path: Promise<string>;
  bytes: number;
  users: number;
}

/** @param folder  for copies. @param limit  bytes of copies that are kept though no unit uses them */
export function createFileCache(folder: string, limit: number): FileCache {
  /** By content, the longest unused first. */
  const copies = new Map<string, Copy>();
  /** Files whose content has been checked. */
  const checked = new Map<string, string>();

  const stores = new Map<string, Promise<Store>>();
  const storeAt = (address: string): Promise<Store> => {
    const store = stores.get(address) ?? openStore(address);
    stores.set(address, store);
    return store;
  };

  const isSame = async (path: string, { sha256, bytes }: UnitFile): Promise<boolean> => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size !== bytes) return false;
    const key = `${path}\0${fileStamp(path)}`;
    const hash = checked.get(key) ?? (await checksumOf(path, 'sha256'));
    // Files of single clips are read once.
    if (bytes > LARGE) checked.set(key, hash);
    return hash === sha256;
  };

  const fetchCopy = async (file: UnitFile, unit: Unit): Promise<string> => {
    const name = basename(file.path.replaceAll('\\', '/'));
    const path = join(folder, file.sha256, name === '' || name === '.' || name === '..' ? 'file' : name);
    if (await isSame(path, file)) return path;
    await mkdir(join(folder, file.sha256), { recursive: true });
    const partial = `${path}.${process.pid}.partial`;
    try {
      const { body } = await (unit.store === undefined
        ? ask(unit, `/files/${file.sha256}`)
        : storeAt(unit.store).then((store) => store.get(file)));
      await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(partial));
      if (!(await isSame(partial, file))) {
        throw new SerError('queue', `${file.path}: what ${unit.store ?? 'the coordinator'} sent is not the file that the unit names (SHA-256 ${file.sha256}).`); // prettier-ignore
      }
      await rename(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
    return path;
  };

  const holdFile = async (file: UnitFile, unit: Unit): Promise<string> => {
    const own = resolve(unit.folder, file.path);
    if (!copies.has(file.sha256) && (await isSame(own, file))) return own;
    const copy = copies.get(file.sha256) ?? { path: fetchCopy(file, unit), bytes: file.bytes, users: 0 };
    copies.delete(file.sha256);
    copies.set(file.sha256, copy);
    copy.users++;
    try {
      return await copy.path;
    } catch (error) {
      if (copies.get(file.sha256) === copy) copies.delete(file.sha256);
      throw error;
    }
  };

  return {
    hold: async (unit) => {
      const held = new Map<string, string>();
      for (const file of unit.files) held.set(file.path, await holdFile(file, unit));
      return held;
    },
    release: async ({ files }) => {
      for (const { sha256 } of files) {
        const copy = copies.get(sha256);
        if (copy) copy.users = Math.max(0, copy.users - 1);
      }
      let kept = [...copies.values()].reduce((sum, { bytes }) => sum + bytes, 0);
      for (const [sha256, { bytes, users }] of copies) {
        if (kept <= limit || users > 0) continue;
        copies.delete(sha256);
        kept -= bytes;
        await rm(join(folder, sha256), { recursive: true, force: true });
      }
    },
  };
}

/** Bytes beyond which a file's hash is remembered. */
const LARGE = 2 ** 20;
