import { readFile } from 'node:fs/promises';
import type { Gender } from '../data/clip.ts';
import { SerError } from '../error.ts';
import { LOG_MEL, logMel } from '../features/logMel.ts';
import { ECAPA_INPUT, ECAPA_OUTPUT } from '../train/ecapaGraph.ts';
import { checkGenderMetadata, type GenderMetadata } from '../train/genderMetadata.ts';
import { readOnnxMetadata } from '../train/onnxMetadata.ts';
import { openEcapa } from '../train/openEcapa.ts';

/** What the model says of one voice. */
export interface VoiceGender {
  label: Gender;
  /** Of that label: softmax of logits / temperature. */
  probability: number;
  logits: [male: number, female: number];
}

export interface GenderClassifier {
  metadata: GenderMetadata;
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

/** Bounds the memory: the published model needs some 100 kB a frame. */
const LONGEST = 60 * LOG_MEL.sampleRate;

/**
 * Loads a gender model in ONNX and checks that its front end, labels and shapes are those of this version.
 * @throws {SerError} `model` if the file is missing, damaged, or of another make
 */
export async function loadGenderOnnx(path: string, { threads = 1 }: LoadGenderOptions = {}): Promise<GenderClassifier> {
  const bytes = await readModel(path);
  const metadata = checkGenderMetadata(readOnnxMetadata(bytes, path), path);
  const network = await openEcapa(bytes, threads).catch((error: Error) => {
    throw new SerError('model', `${path}: ONNX Runtime cannot load it (${error.message}).`, { cause: error });
  });
  const { inputNames, outputNames } = network;
  if (inputNames.join() !== ECAPA_INPUT || outputNames.join() !== ECAPA_OUTPUT) {
    throw new SerError(
      'model',
      `${path}: it turns ${inputNames.join()} into ${outputNames.join()} instead of ${ECAPA_INPUT} into ${ECAPA_OUTPUT}.`,
    );
  }
  return {
    metadata,
    classify: async (signal) => {
      const logits: VoiceGender['logits'] = [0, 0];
      const parts = Math.max(1, Math.ceil(signal.length / LONGEST));
      for (let part = 0; part < parts; part++) {
        const [from, to] = [part, part + 1].map((edge) => Math.round((edge * signal.length) / parts));
        const [male, female] = await network.logits(logMel(signal.subarray(from, to)));
        logits[0] += male / parts;
        logits[1] += female / parts;
      }
      return verdict(logits, metadata);
    },
    dispose: () => network.close(),
  };
}

function verdict(logits: VoiceGender['logits'], { labels, temperature }: GenderMetadata): VoiceGender {
  const best = logits[1] > logits[0] ? 1 : 0;
  const margin = Math.abs(logits[1] - logits[0]) / temperature;
  return { label: labels[best], probability: 1 / (1 + Math.exp(-margin)), logits };
}

async function readModel(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new SerError('model', `${path}: the gender model cannot be read (${(error as Error).message}).`, {
      cause: error,
    });
  }
}
