import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { checksumOf, downloadFile, type DownloadOptions } from '../../../files/download.ts';
import { writeFileAtomic, writeJson } from '../../../files/files.ts';
import { parseJson } from '../../../files/json.ts';
import { hubUrl } from '../../../files/hub.ts';
import { readGraph } from '../../../onnx/readGraph.ts';
import { sha256 } from '../../../sha256.ts';
import { unpackZip } from '../../corpora/download/unpack.ts';
import { ENCODER_FILES, encoderPath } from '../encoders/encoderPlace.ts';
import { PUBLISHED_ENCODERS, type PublishedEncoder, type PublishedFile } from './encoders.ts';
import { type Pins, PINS_FILE, readPins } from './pins.ts';

export interface DownloadEncoderOptions extends Omit<DownloadOptions, 'onProgress'> {
  /** Address of a folder with the same files on a mirror. Default: where they are published, or the hub's mirror in `HF_ENDPOINT`. */
  baseUrl?: string;
  onProgress?: (file: PublishedFile, received: number, total?: number) => void;
}

export interface DownloadedEncoder {
  /** Path of its ONNX file. */
  model: string;
  files: Pins['files'];
  /** Whether it was complete before, so that nothing was fetched. */
  isOld: boolean;
}

/** The description of a published encoder. @throws {SerError} `usage` for an unknown name */
export function publishedEncoder(
  name: string,
  published: readonly PublishedEncoder[] = PUBLISHED_ENCODERS,
): PublishedEncoder {
  const found = published.find((one) => one.name === name);
  if (found) return found;
  const names = published.map((one) => one.name).join(', ');
  throw new SerError('usage', `There is no encoder "${name}" in the list: choose one of ${names}, or use your own ONNX file as the feature set onnx:FILE.`); // prettier-ignore
}

/** How far the size of a file may be from the rounded figure of its publisher. */
const ROUNDING = 0.01;

/**
 * Fetches a published encoder into its folder, which appears at once with all its files, or not at all; an interrupted download is
 * continued. The checksums are kept beside the files. If it is there already, the files are checked, and only damaged ones fetched again:
 * then what arrives must be what was fetched at first.
 * @throws {SerError} `download`; `usage` for an encoder that cannot be downloaded
 */
export async function downloadEncoder(
  encoder: PublishedEncoder,
  options: DownloadEncoderOptions = {},
): Promise<DownloadedEncoder> {
  const { name, files, instead } = encoder;
  if (instead) throw new SerError('usage', `${name} cannot be downloaded: ${instead}.`);
  if (files.length === 0) throw new SerError('usage', `${name} ships with this toolkit; there is nothing to download.`);
  const model = encoderPath(name);
  const folder = dirname(model);
  const first = readPins(folder)?.files;
  if (first && (await areWhole(folder, first))) return { model, files: first, isOld: true };

  const staging = join(dirname(folder), `.${name}.partial`);
  const pins: Pins['files'] = {};
  for (const file of files) pins[file.as] = await fetchOne(file, staging, first?.[file.as], options);
  if (encoder.settings) {
    const text = `${JSON.stringify(encoder.settings, null, 2)}\n`;
    writeFileAtomic(join(staging, ENCODER_FILES.settings), text);
    pins[ENCODER_FILES.settings] = { bytes: text.length, sha256: sha256(text), from: 'the list of encoders' };
  }
  writeJson(join(staging, PINS_FILE), { files: pins } satisfies Pins);
  await rm(folder, { recursive: true, force: true });
  await rename(staging, folder);
  return { model, files: pins, isOld: false };
}

async function areWhole(folder: string, pins: Pins['files']): Promise<boolean> {
  for (const [file, pin] of Object.entries(pins)) {
    const hash = await checksumOf(join(folder, file), 'sha256').catch(() => undefined);
    if (hash !== pin.sha256) return false;
  }
  return true;
}

/** @param first  what was fetched before, which must arrive again */
async function fetchOne(
  file: PublishedFile,
  staging: string,
  first: Pins['files'][string] | undefined,
  { baseUrl, ...options }: DownloadEncoderOptions,
): Promise<Pins['files'][string]> {
  const base = baseUrl ?? (typeof file.source === 'string' ? file.source : hubUrl(file.source));
  const from = `${base.replace(/\/*$/, '/')}${file.path}`;
  const target = join(staging, file.member ? basename(file.path) : file.as);
  const sha256 = file.sha256 ?? (file.member ? first?.archive : first?.sha256);
  const fetched = await downloadFile(from, target, sha256 === undefined ? {} : { sha256 }, {
    ...options,
    onProgress: (received, total) => options.onProgress?.(file, received, total),
  });
  const refuse = async (problem: string, cause?: unknown): Promise<never> => {
    await rm(staging, { recursive: true });
    throw new SerError('download', `${from} ${problem}; it is not the published file. Nothing was kept.`, { cause });
  };
  const published = (file.megabytes ?? 0) * 1e6;
  if (published > 0 && Math.abs(fetched.bytes - published) > ROUNDING * published) {
    await refuse(`has ${(fetched.bytes / 1e6).toFixed(1)} MB instead of ${file.megabytes}`);
  }
  if (!file.member) {
    await checkKind(target).catch((cause: SerError) => refuse(`is of another kind (${cause.message})`, cause));
    return { bytes: fetched.bytes, sha256: fetched.checksum, from };
  }
  const content = join(staging, 'content');
  await unpackZip(target, content, { signal: options.signal });
  const unpacked = join(staging, file.as);
  await rename(join(content, file.member), unpacked).catch((cause: unknown) =>
    refuse(`contains no ${file.member}`, cause),
  );
  await checkKind(unpacked).catch((cause: SerError) => refuse(`is of another kind (${cause.message})`, cause));
  await rm(content, { recursive: true });
  await rm(target);
  const { size } = await stat(unpacked);
  return { bytes: size, sha256: await checksumOf(unpacked, 'sha256'), from, archive: fetched.checksum };
}

/** A page of a proxy or of a login arrives like any file. @throws {SerError} unless a file is what its name says */
async function checkKind(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (path.endsWith('.onnx')) readGraph(bytes, basename(path));
  else parseJson(bytes.toString(), v.looseObject({}), basename(path), 'model');
}
