import type { Gender } from '../../../data/clip.ts';
import type { FeatureSet, FeatureValues } from '../../../features/types.ts';
import { LOG_MEL, logMel } from '../../../features/sets/logMel.ts';
import { readOnnxFile } from '../../../onnx/metadata.ts';
import { checkHash } from '../../../onnx/model.ts';
import type { OpenOnnx } from '../../../onnx/session.ts';
import { checkGenderMetadata, type GenderMetadata } from './genderMetadata.ts';
import { type OpenEcapa, openEcapa, type OpenEcapaOptions } from './openEcapa.ts';

/** The model's prediction for one voice. */
export interface VoiceGender {
  label: Gender;
  /** Of that label: softmax of logits / temperature. */
  probability: number;
  logits: [male: number, female: number];
}

/** The features of a signal. */
export interface KnownFeatures {
  /** Their set. */
  set: string;
  vector: FeatureValues;
}

export interface OpenGenderOptions extends Omit<OpenEcapaOptions, 'withVoice'> {
  origin: string;
  /** Feature sets by their names, with the encoders that the model's own comes from. */
  featureSet: (name: string) => Pick<FeatureSet, 'names' | 'extract'>;
}

export interface GenderClassifier {
  metadata: GenderMetadata;
  /** Content of the model file, for the workers of a pool. */
  bytes: Uint8Array;
  /**
   * Recordings longer than a minute are split into equal parts of at most a minute, whose logits are averaged.
   * @param signal  mono, 16 kHz, full scale ±1
   * @param known  features of the signal that there are already: if they are those that the model needs, they are not computed again
   * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples; `model` if the logits are not finite
   */
  classify(signal: Float32Array, known?: KnownFeatures): Promise<VoiceGender>;
  /** Frees the session's memory. */
  dispose(): Promise<void>;
}

/** Frames of silence, half a second, with which a model without a hash is tested. */
const PROBE = 50;

/** Limits the memory: the published model needs some 100 kB per frame. */
const LONGEST = 60 * LOG_MEL.sampleRate;

/**
 * Opens a gender model after checking its hash, and that its front end, labels and shapes are those of this version.
 * @param bytes  of the ONNX file
 * @param open  for Node or for browsers
 * @throws {SerError} `model` if it is damaged or of another format
 */
export async function openGenderModel(
  bytes: Uint8Array,
  open: OpenOnnx,
  { featureSet, ...options }: OpenGenderOptions,
): Promise<GenderClassifier> {
  const { origin } = options;
  const { metadata: entries, hash } = readOnnxFile(bytes, origin);
  const metadata = checkGenderMetadata(entries, origin);
  if (hash) await checkHash(hash, origin);
  const { features } = metadata;
  const set = features === undefined ? undefined : featureSet(features);
  const network = await openEcapa(bytes, open, { ...options, withVoice: set !== undefined });
  // From an earlier version, or from others: only its output can show damage.
  if (!hash) {
    const frames = { data: new Float32Array(PROBE * LOG_MEL.mels), frames: PROBE, bins: LOG_MEL.mels };
    await network.logits(frames, set && new Float32Array(set.names.length));
  }
  return {
    metadata,
    bytes,
    async classify(signal, known) {
      const voice = known?.set === features ? known?.vector : await set?.extract(signal);
      return classifyVoice(network, metadata, signal, voice);
    },
    dispose: () => network.close(),
  };
}

async function classifyVoice(
  network: Pick<OpenEcapa, 'logits'>,
  { labels, temperature }: Pick<GenderMetadata, 'labels' | 'temperature'>,
  signal: Float32Array,
  voice: FeatureValues | undefined,
): Promise<VoiceGender> {
  const logits: VoiceGender['logits'] = [0, 0];
  const parts = Math.max(1, Math.ceil(signal.length / LONGEST));
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((edge) => Math.round((edge * signal.length) / parts));
    const [male, female] = await network.logits(logMel(signal.subarray(from, to)), voice);
    logits[0] += male / parts;
    logits[1] += female / parts;
  }
  const best = logits[1] > logits[0] ? 1 : 0;
  const margin = Math.abs(logits[1] - logits[0]) / temperature;
  return { label: labels[best], probability: 1 / (1 + Math.exp(-margin)), logits };
}
