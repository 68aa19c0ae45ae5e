import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;

/**
 * Unpacks some entries of a zip archive whose checksum is known already (no zip64, no encryption, trusted names).
 * Nothing but Node: this runs before any package of the project may be relied on.
 * @param {string} archive
 * @param {string} target  folder
 * @param {(name: string) => string | undefined} place  path below `target` for an entry, `undefined` to leave it out
 */
export async function unzip(archive, target, place) {
  for (const entry of await readDirectory(archive)) {
    const path = place(entry.name);
    if (path === undefined || entry.name.endsWith('/')) continue;
    const file = join(target, path);
    mkdirSync(dirname(file), { recursive: true });
    const bytes = createReadStream(archive, { start: entry.start, end: entry.start + entry.compressed - 1 });
    const out = createWriteStream(file);
    await (entry.method === STORED ? pipeline(bytes, out) : pipeline(bytes, createInflateRaw(), out));
  }
}

async function readDirectory(archive) {
  const file = await open(archive);
  try {
    const { size } = await file.stat();
    const tail = await read(file, Math.max(0, size - 65_557), size);
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (end < 0 || tail.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error(`${archive} is not a zip archive`);
    const start = tail.readUInt32LE(end + 16);
    const directory = await read(file, start, start + tail.readUInt32LE(end + 12));

    const entries = [];
    for (let at = 0; at < directory.length;) {
      if (directory.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error(`${archive}: damaged directory`);
      const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
      const header = directory.readUInt32LE(at + 42);
      // The local header repeats the name, with an extra field of a length of its own.
      const local = await read(file, header, header + 30);
      entries.push({
        name: directory.toString('utf8', at + 46, at + 46 + nameLength),
        method: directory.readUInt16LE(at + 10),
        compressed: directory.readUInt32LE(at + 20),
        start: header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28),
      });
      at += 46 + nameLength + extraLength + commentLength;
    }
    return entries;
  } finally {
    await file.close();
  }
}

async function read(file, start, end) {
  const buffer = Buffer.alloc(end - start);
  await file.read(buffer, 0, buffer.length, start);
  return buffer;
}
