import { SerError } from '../error.ts';
import { readShared } from '../sharedFiles.ts';
import { checkGenderMetadata, type GenderMetadata } from '../train/genderMetadata.ts';
import { readOnnxMetadata } from '../onnx/metadata.ts';
import { openInNode } from '../onnx/openInNode.ts';
import { openEcapa } from '../train/openEcapa.ts';
import { checkEcapaNames, genderVerdict, type VoiceGender } from './genderVerdict.ts';

export interface GenderClassifier {
  metadata: GenderMetadata;
  /** The model's file, for the workers of a pool. */
  bytes: Uint8Array;
  /**
   * A recording longer than a minute is heard in equal parts of at most that, whose logits are averaged.
   * @param signal  mono, 16 kHz, full scale ±1
   * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
   */
  classify(signal: Float32Array): Promise<VoiceGender>;
  /** Frees the session's memory. */
  dispose(): Promise<void>;
}

export interface LoadGenderOptions {
  /** Threads within one operation. Default 1: several clips at once make better use of cores than several threads a clip. */
  threads?: number;
}

/**
 * Loads a gender model in ONNX and checks that its front end, labels and shapes are those of this version.
 * @throws {SerError} `model` if the file is missing, damaged, or of another make
 */
export async function loadGenderOnnx(path: string, { threads = 1 }: LoadGenderOptions = {}): Promise<GenderClassifier> {
  const bytes = await readModel(path);
  const metadata = checkGenderMetadata(readOnnxMetadata(bytes, path), path);
  const network = await openEcapa(bytes, openInNode, { threads }).catch((error: Error) => {
    throw new SerError('model', `${path}: ONNX Runtime cannot load it (${error.message}).`, { cause: error });
  });
  checkEcapaNames(network, path);
  return {
    metadata,
    bytes,
    classify: (signal) => genderVerdict(network, metadata, signal),
    dispose: () => network.close(),
  };
}

async function readModel(path: string): Promise<Uint8Array> {
  try {
    return await readShared(path);
  } catch (error) {
    throw new SerError('model', `${path}: the gender model cannot be read (${(error as Error).message}).`, {
      cause: error,
    });
  }
}
