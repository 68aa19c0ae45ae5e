import { featureSet } from '../../../data/embeddings/load.ts';
import { memoize } from '../../../memoize.ts';
import { openInNode } from '../../../onnx/openInNode.ts';
import { readModel } from '../../../onnx/readModel.ts';
import { type GenderClassifier, openGenderModel } from './genderModel.ts';

export interface LoadGenderOptions {
  /** Threads per operation. Default 1: several clips at once use cores better than several threads per clip. */
  threads?: number;
}

/**
 * Loads a gender model in ONNX and checks its hash, and that its front end, labels and shapes are those of this version.
 * @throws {SerError} `model` if the file is missing, damaged, or of another format
 * @example
 * const model = await loadGenderOnnx('models/gender/gender.onnx');
 * (await model.classify(await loadAudio('data/demo/female.wav'))).label // → 'female'
 */
export async function loadGenderOnnx(path: string, { threads = 1 }: LoadGenderOptions = {}): Promise<GenderClassifier> {
  const bytes = await readModel(path, 'gender model');
  return openGenderModel(bytes, openInNode, { threads, origin: path, featureSet });
}

/** The gender model at a path, loaded at the first call in each thread. @throws {SerError} `model`, as `loadGenderOnnx` */
export const genderClassifier = memoize((path: string) => loadGenderOnnx(path));
