import { SerError } from '../../../error.ts';
import { systemReason } from '../../../systemErrors.ts';
import { LOG_MEL } from '../../../features/sets/logMel.ts';
import { readShared } from '../../../files/sharedFiles.ts';
import { checkGenderMetadata, type GenderMetadata } from './genderMetadata.ts';
import { readOnnxFile } from '../../../onnx/metadata.ts';
import { openInNode } from '../../../onnx/openInNode.ts';
import { openEcapa } from './openEcapa.ts';
import { genderVerdict, type VoiceGender } from './genderVerdict.ts';
import { sha256 } from '../../../sha256.ts';

export interface GenderClassifier {
  metadata: GenderMetadata;
  /** Content of the model file, for the workers of a pool. */
  bytes: Uint8Array;
  /**
   * Recordings longer than a minute are split into equal parts of at most a minute, whose logits are averaged.
   * @param signal  mono, 16 kHz, full scale ±1
   * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
   */
  classify(signal: Float32Array): Promise<VoiceGender>;
  /** Frees the session's memory. */
  dispose(): Promise<void>;
}

export interface LoadGenderOptions {
  /** Threads per operation. Default 1: several clips at once use cores better than several threads per clip. */
  threads?: number;
}

/** Frames of silence, half a second, with which a model without a hash is tested. */
const PROBE = 50;

/**
 * Loads a gender model in ONNX and checks its hash, and that its front end, labels and shapes are those of this version.
 * @throws {SerError} `model` if the file is missing, damaged, or of another format
 * @example
 * const model = await loadGenderOnnx('models/gender/gender.onnx');
 * (await model.classify(await loadAudio('data/demo/female.wav'))).label // → 'female'
 */
export async function loadGenderOnnx(path: string, { threads = 1 }: LoadGenderOptions = {}): Promise<GenderClassifier> {
  const bytes = await readModel(path);
  const { metadata: entries, hash } = readOnnxFile(bytes, path);
  const metadata = checkGenderMetadata(entries, path);
  if (hash && sha256(hash.content) !== hash.sha256) {
    throw new SerError('model', `${path} is damaged: it does not match its hash. Restore it from the repository, or make it again.`); // prettier-ignore
  }
  const network = await openEcapa(bytes, openInNode, { threads, origin: path });
  // From an earlier version, or from others: only its output can show damage.
  if (!hash) await network.logits({ data: new Float32Array(PROBE * LOG_MEL.mels), frames: PROBE, bins: LOG_MEL.mels });
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
    throw new SerError('model', `${path}: the gender model cannot be read (${systemReason(error)}).`, {
      cause: error,
    });
  }
}
