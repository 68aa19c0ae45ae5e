import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { readBytes, readText } from '../../../files/files.ts';
import { count, parseJson } from '../../../files/json.ts';
import { sha256 } from '../../../sha256.ts';

/** Name of the file in an encoder's folder with the checksums of its first download. */
export const PINS_FILE = 'pins.json';

const PINS = v.object({
  files: v.record(
    v.string(),
    v.object({
      bytes: count,
      sha256: v.string(),
      /** Address from which the file, or the archive that contained it, was fetched. */
      from: v.string(),
      /** SHA-256 of what was fetched, if that was an archive. */
      archive: v.optional(v.string()),
    }),
  ),
});
export type Pins = v.InferOutput<typeof PINS>;

/** The checksums in a folder. @returns undefined if nothing was downloaded into it @throws {SerError} `model` if their file is damaged */
export function readPins(folder: string): Pins | undefined {
  const path = join(folder, PINS_FILE);
  return existsSync(path) ? parseJson(readText(path, 'model'), PINS, path, 'model') : undefined;
}

/**
 * Compares the files of an encoder with the checksums of their first download, if it was downloaded.
 * @param model  path of its ONNX file
 * @param hash  its SHA-256
 * @throws {SerError} `model`, with the remedy, if a file was changed, is missing, or is damaged
 */
export function checkPins(model: string, hash: string): void {
  const folder = dirname(model);
  const pins = readPins(folder);
  for (const [file, pin] of Object.entries(pins?.files ?? {})) {
    const path = join(folder, file);
    if ((path === model ? hash : hashOf(path)) === pin.sha256) continue;
    throw new SerError(
      'model',
      `${path} is not the file that was downloaded: its SHA-256 was ${pin.sha256.slice(0, 8)}… then. ` +
        `Fetch it again with \`ser embeddings download\`, or remove ${folder} first if another version is meant.`,
    );
  }
}

const hashOf = (path: string): string | undefined => (existsSync(path) ? sha256(readBytes(path, 'model')) : undefined);
