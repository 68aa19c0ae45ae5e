import { rm, stat } from 'node:fs/promises';
import { checksumOf, downloadFile, type DownloadOptions } from '../../../files/download.ts';
import { hubUrl } from '../../../files/hub.ts';
import { type ImportedEcapa, importEcapa } from './importEcapa.ts';
import { PUBLISHED_GENDER } from './publishedGender.ts';

export interface DownloadGenderOptions extends DownloadOptions {
  /** Folder URL of the weights. Default: their place on the Hugging Face hub, or on the mirror in `HF_ENDPOINT`. */
  baseUrl?: string;
  /** Whether to keep the weights beside the model. Default: false. */
  keepWeights?: boolean;
  /** Size, checksum and file name to fetch. Default: the published model. */
  published?: Pick<typeof PUBLISHED_GENDER, 'file' | 'bytes' | 'sha256'>;
}

/** URL of the published weights, at the revision with the known checksum. */
export const publishedGenderUrl = (endpoint?: string): string => hubUrl(PUBLISHED_GENDER, endpoint);

/**
 * Fetches the published weights, checks them, and makes an ONNX model from them. An interrupted transfer is continued;
 * weights placed beside the model by the user are used if their checksum is right.
 * @param out  the model; meanwhile the weights lie beside it as `<out without .onnx>.safetensors`
 * @throws {SerError} `download`, or `model` if the weights are not those expected
 */
export async function downloadGender(out: string, options: DownloadGenderOptions = {}): Promise<ImportedEcapa> {
  const { baseUrl = publishedGenderUrl(), keepWeights = false, published = PUBLISHED_GENDER } = options;
  const weights = `${out.replace(/\.onnx$/, '')}.safetensors`;
  const there = await stat(weights).catch(() => undefined);
  if (there?.size !== published.bytes || (await checksumOf(weights, 'sha256')) !== published.sha256) {
    await downloadFile(`${baseUrl.replace(/\/+$/, '')}/${published.file}`, weights, published, options);
  }
  const imported = await importEcapa(weights, out);
  if (!keepWeights) await rm(weights);
  return imported;
}
