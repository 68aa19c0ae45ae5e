import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SerError } from '../../../error.ts';
import type { FeatureSet } from '../../../features/types.ts';
import { readBytes, readText } from '../../../files/files.ts';
import { memoize } from '../../../memoize.ts';
import { openInNode } from '../../../onnx/openInNode.ts';
import { sha256 } from '../../../sha256.ts';
import { fileStamp } from '../../workers/journal.ts';
import { PUBLISHED_ENCODERS } from '../published/encoders.ts';
import { checkPins } from '../published/pins.ts';
import type { EncoderFile } from './encoder.ts';
import { ENCODER_FILES, encoderPath, isDownloaded } from './encoderPlace.ts';
import { cached, type FrameCache } from './frameCache.ts';
import { parseSettings } from './encoderSettings.ts';
import { openEncoder } from './openEncoder.ts';
import { readEncoder } from './readEncoder.ts';

const FILE = 'onnx:';

/** Raise it when the same encoder gives other values. */
const CACHED = 1;

/**
 * The frames of an encoder as a feature set; see `encoder.ts` for its name.
 * @param cache  where frames of clips are kept. Default: nowhere
 * @returns undefined for a name that is not that of an encoder
 * @throws {SerError} `model`, with the remedy, for an encoder that is missing, damaged, or not one that this version can run; `usage` for a
 *   layer that it does not have
 */
export function encoderSet(name: string, cache?: () => FrameCache | undefined): FeatureSet | undefined {
  const [source, layer] = splitLayer(name);
  if (source.startsWith(FILE)) {
    const path = resolve(source.slice(FILE.length));
    return frameSet(FILE + path, path, layer, cache);
  }
  if (isDownloaded(source)) return frameSet(source, encoderPath(source), layer, cache);
  if (!PUBLISHED_ENCODERS.some(({ name, files }) => name === source && files.length > 0)) return undefined;
  throw new SerError(
    'model',
    `The encoder ${source} is not in ${dirname(encoderPath(source))}: fetch it with \`ser embeddings download ${source}\`, or set SER_ENCODERS to the folder of encoders.`,
  );
}

function splitLayer(name: string): [source: string, layer?: string] {
  const at = name.lastIndexOf('#');
  return at < 0 ? [name] : [name.slice(0, at), name.slice(at + 1)];
}

function frameSet(
  source: string,
  path: string,
  layer: string | undefined,
  cache?: () => FrameCache | undefined,
): FeatureSet {
  const stamp = stampOf(path);
  const { sha256, value, settings, dimensions, frameRate } = encoderFile(path, stamp, layer);
  const column = layer === undefined ? 'output' : /^\d+$/.test(layer) ? `layer${layer}` : layer;
  const encode = async (signals: readonly Float32Array[]): Promise<Float32Array[]> => {
    const frames = await (await opened(path, stamp, layer)).encode(signals);
    return frames.map(({ data }) => data);
  };
  const extractAll = (signals: readonly Float32Array[]): Promise<Float32Array[]> => {
    const place = cache?.();
    if (!place) return encode(signals);
    return cached(place, JSON.stringify([CACHED, sha256, value, settings]), dimensions, signals, encode);
  };
  return {
    name: layer === undefined ? source : `${source}#${layer}`,
    level: 'frames',
    half: true,
    encoder: sha256,
    names: Array.from({ length: dimensions }, (_, i) => `${column}_${i}`),
    frameRate,
    extract: async (signal) => (await extractAll([signal]))[0],
    extractAll,
  };
}

/** Reads an encoder's file. @param layer  see `encoder.ts` @throws {SerError} as `encoderSet` */
export const inspectEncoder = (path: string, layer?: string): EncoderFile => encoderFile(path, stampOf(path), layer);

/** Changes with the file or its settings. Empty if there is no file: a device or a pipe may have no end. */
function stampOf(path: string): string {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile();
  return isFile ? `${fileStamp(path)} ${fileStamp(settingsPath(path))}` : '';
}

const settingsPath = (model: string): string => join(dirname(model), ENCODER_FILES.settings);

const encoderFile = memoize((path: string, stamp: string, layer: string | undefined): EncoderFile => {
  if (!stamp) throw new SerError('model', `${path}: there is no such encoder. Name the ONNX file of one, as in onnx:FILE.`); // prettier-ignore
  const bytes = readBytes(path, 'model');
  const hash = sha256(bytes);
  checkPins(path, hash);
  return { ...readEncoder(bytes, layer, settingsBeside(path), path), path, bytes: bytes.length, sha256: hash };
});

function settingsBeside(model: string): EncoderFile['settings'] | undefined {
  const path = settingsPath(model);
  return existsSync(path) ? parseSettings(readText(path, 'model'), path) : undefined;
}

/** Opened once in each thread. */
const opened = memoize(async (path: string, stamp: string, layer: string | undefined) =>
  openEncoder(readBytes(path, 'model'), encoderFile(path, stamp, layer), openInNode, path),
);
