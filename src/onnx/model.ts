import { SerError } from '../error.ts';
import { type OnnxFile, readOnnxFile } from './metadata.ts';
import type { OnnxSession, OpenOnnx } from './session.ts';
import { webSha256 } from '../webSha256.ts';

/** Requirements on a model that this toolkit ships. */
export interface ModelFormat {
  /** Name of the convention for inputs, outputs and metadata. */
  format: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** SHA-256 of the only file of that format which will do, if no other will. */
  sha256?: string;
}

/** `metadata_props` of a model made from a published one. */
export interface ModelMetadata {
  format: string;
  source: string;
  sourceSha256: string;
  licence: string;
}

export interface OpenedModel {
  metadata: ModelMetadata;
  session: OnnxSession;
}

/**
 * Opens a model that this toolkit ships, after checking its format and its hash.
 * @param bytes  of the ONNX file
 * @param open  for Node or for browsers
 * @param origin  name of the file in messages
 * @throws {SerError} `model` if it is damaged, of another format, or another model than the one that is asked for
 */
export async function openModel(
  bytes: Uint8Array,
  open: OpenOnnx,
  origin: string,
  { format, inputs, outputs, sha256 }: ModelFormat,
): Promise<OpenedModel> {
  const { metadata: entries, hash } = readOnnxFile(bytes, origin);
  const metadata = entries as Record<string, string> & ModelMetadata;
  if (metadata.format !== format) {
    const found = Object.hasOwn(metadata, 'format') ? `the format ${metadata.format}` : 'no format';
    throw new SerError('model', `${origin} has ${found}; this version reads ${format}.`);
  }
  const actual = await checkHash(hash, origin);
  if (sha256 && sha256 !== actual) {
    throw new SerError(
      'model',
      `${origin} is another model than that of this version: restore it from the repository.`,
    );
  }
  const session = await open(bytes).catch((cause: Error) => {
    throw new SerError('model', `${origin}: ONNX Runtime cannot load it (${cause.message}).`, { cause });
  });
  const names = [...session.inputNames, ...session.outputNames].join(', ');
  const expected = [...inputs, ...outputs].join(', ');
  if (names !== expected)
    throw new SerError('model', `${origin} has the inputs and outputs ${names} instead of ${expected}.`);
  return { metadata, session };
}

/** @returns the hash that the file carries, where it matches. @throws {SerError} `model` if it has none, or does not match */
export async function checkHash(hash: OnnxFile['hash'], origin: string): Promise<string> {
  const actual = hash && ((await webSha256(hash.content)) ?? hash.sha256);
  if (!hash || actual !== hash.sha256) {
    throw new SerError('model', `${origin} is damaged: it does not match its hash. Restore it from the repository, or make it again.`); // prettier-ignore
  }
  return hash.sha256;
}
