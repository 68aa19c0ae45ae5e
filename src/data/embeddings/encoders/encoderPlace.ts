import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { SerError } from '../../../error.ts';
import type { FrameCache } from './frameCache.ts';

/** Name of an encoder's ONNX file in its folder, and of its settings beside it. */
export const ENCODER_FILES = { model: 'model.onnx', settings: 'preprocessor_config.json' } as const;

/** Folder of downloaded encoders, each in a folder of its own name: `SER_ENCODERS`, else `~/.cache/gender-ser/encoders`. */
export const encodersFolder = (): string =>
  resolve(process.env.SER_ENCODERS ?? join(homedir(), '.cache', 'gender-ser', 'encoders'));

/** Path of the ONNX file of a downloaded encoder, whether it is there or not. */
export const encoderPath = (name: string): string => join(encodersFolder(), name, ENCODER_FILES.model);

/** Whether an encoder of this name has been downloaded. */
export const isDownloaded = (name: string): boolean => existsSync(encoderPath(name));

/** Size of the cache of frames unless `SER_FRAME_CACHE` gives another, in millions of bytes. */
const FRAME_CACHE = 4000;

/**
 * Where the frames of clips of tables are kept: beside the encoders' folder, at most `SER_FRAME_CACHE` millions of bytes.
 * @returns undefined if that is 0
 * @throws {SerError} `usage` if that is no number
 */
export function frameCache(): FrameCache | undefined {
  const { SER_FRAME_CACHE: given = FRAME_CACHE } = process.env;
  const limit = 1e6 * Number(given);
  if (!(limit >= 0)) throw new SerError('usage', `SER_FRAME_CACHE is "${given}": give a size in millions of bytes, such as ${FRAME_CACHE}; 0 for no cache.`); // prettier-ignore
  return limit > 0 ? { folder: join(encodersFolder(), '.frames'), limit } : undefined;
}
