import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SerError } from '../../../error.ts';
import { systemReason } from '../../../messages/systemErrors.ts';
import { writeFileAtomic } from '../../../files/files.ts';
import { ecapaGraph } from './ecapaGraph.ts';
import { checkEcapaWeights, type EcapaWidths } from './ecapaWeights.ts';
import { genderMetadata } from './genderMetadata.ts';
import { PUBLISHED_GENDER } from './publishedGender.ts';
import { readSafetensors } from './safetensors.ts';
import { sha256 } from '../../../sha256.ts';

export interface ImportedEcapa {
  widths: EcapaWidths;
  parameters: number;
  /** Size of the ONNX file. */
  bytes: number;
  /** As in the model's metadata. */
  source: string;
}

/** Some fifteen times the published model; larger files are not read into memory. */
const MAX_BYTES = 2 ** 30;

/**
 * Makes an ONNX gender model from the weights of an ECAPA-TDNN with PyTorch's names.
 * @param weights  a safetensors file
 * @param out  the model; written whole or not at all
 * @throws {SerError} `model` for a file that cannot be read, or does not contain such weights, naming the tensor
 */
export async function importEcapa(weights: string, out: string): Promise<ImportedEcapa> {
  const bytes = await readWeights(weights);
  const tensors = readSafetensors(bytes, weights);
  const graph = ecapaGraph(tensors, { origin: weights });
  const source = describe(weights, sha256(bytes));
  const model = graph.toBytes(genderMetadata({ source }));
  writeFileAtomic(out, model);
  return {
    widths: checkEcapaWeights(tensors, weights),
    parameters: Object.entries(tensors)
      .filter(([name]) => !/\.(running_(mean|var)|num_batches_tracked)$/.test(name))
      .reduce((sum, [, { data }]) => sum + data.length, 0),
    bytes: model.length,
    source,
  };
}

async function readWeights(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error(`${size} bytes are too many for such a model`);
    return await readFile(path);
  } catch (error) {
    throw new SerError('model', `${path}: the weights cannot be read (${systemReason(error)}).`, { cause: error });
  }
}

function describe(path: string, sha256: string): string {
  const { repository, revision } = PUBLISHED_GENDER;
  return sha256 === PUBLISHED_GENDER.sha256
    ? `${repository} at revision ${revision}`
    : `${basename(path)} (sha256 ${sha256})`;
}
