import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Name of an encoder's ONNX file in its folder, and of its settings beside it. */
export const ENCODER_FILES = { model: 'model.onnx', settings: 'preprocessor_config.json' } as const;

/** Folder of downloaded encoders, each in a folder of its own name: `SER_ENCODERS`, else `~/.cache/gender-ser/encoders`. */
export const encodersFolder = (): string =>
  resolve(process.env.SER_ENCODERS ?? join(homedir(), '.cache', 'gender-ser', 'encoders'));

/** Path of the ONNX file of a downloaded encoder, whether it is there or not. */
export const encoderPath = (name: string): string => join(encodersFolder(), name, ENCODER_FILES.model);

/** Whether an encoder of this name has been downloaded. */
export const isDownloaded = (name: string): boolean => existsSync(encoderPath(name));
