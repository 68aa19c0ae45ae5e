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

/** Frames of silence, half a second, that a model without a hash is tried with. */
const PROBE = 50;

/**
 * Loads a gender model in ONNX and checks its hash, and that its front end, labels and shapes are those of this version.
 * @throws {SerError} `model` if the file is missing, damaged, or of another make
 * @example
 * const model = await loadGenderOnnx('models/gender/gender.onnx');
 * (await model.classify(await loadAudio('data/demo/female.wav'))).label // → 'female'
 */
export async function loadGenderOnnx(path: string, { threads = 1 }: LoadGenderOptions = {}): Promise<GenderClassifier> {
  const bytes = await readModel(path);
  const { metadata: entries, hash } = readOnnxFile(bytes, path);
  const metadata = checkGenderMetadata(entries, path);
  if (hash && sha256(hash.content) !== hash.sha256) {
    throw new SerError('model', `${path} is damaged: it does not match the hash that it carries. Restore it from the repository, or make it again.`); // prettier-ignore
  }
  const network = await openEcapa(bytes, openInNode, { threads, origin: path });
  // Made by an earlier version, or by other hands: what it gives is all that tells damage.
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
